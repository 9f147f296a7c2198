import type { AdmissionLimits } from '../core/admission.ts';
import type { AllotmentLimits } from '../core/allotments/keys.ts';
import type { OptionProblem } from '@live-online/internal/option-problems';
import type { CounterServerErrorCode } from '../errors.ts';
import type { Listening } from '../io/http/listen.ts';
import type { CounterServerOptions } from '../options/options.ts';
import type { RedisStoreOptions } from '../options/redis-options.ts';
import type { CounterStats } from '../core/stats.ts';
import type { Ipc } from './ipc.ts';

/** Options of `redisStore` that can be sent to another process. */
export interface WorkersRedisOptions extends Pick<
  RedisStoreOptions,
  'prefix' | 'name' | 'leaseMs' | 'secret' | 'caFile' | 'certFile' | 'keyFile'
> {
  /** The URL of Redis, such as `redis://:password@host:6379`. */
  url: string;
}

export interface WorkerTask {
  /** Its name among the servers, without the random part. */
  name: string;
  /** Whether it writes the files that all workers share. */
  isFirst: boolean;
  options: Omit<CounterServerOptions, 'store'>;
  redis: WorkersRedisOptions | undefined;
  /** The URL of a module that exports more options. */
  module: string | undefined;
}

/** What a worker knows of all workers of its primary process together. */
export interface PoolStatus {
  /** Whether the worker writes what servers keep together. */
  isLeader: boolean;
}

/** The options that a worker has resolved, as far as its primary needs them. */
export interface WorkerPlan {
  /** Its name among the servers. */
  server: string;
  limits: AdmissionLimits;
  host: string | undefined;
  port: number;
}

export type PrimaryMessage =
  | readonly ['start', WorkerTask]
  /** The socket to accept connections from follows. */
  | readonly ['listen', AllotmentLimits]
  /** It accepts no connections until it receives the socket again. */
  | readonly ['pause']
  /** What all workers are together; once a second. */
  | readonly ['pool', PoolStatus]
  | readonly ['drain']
  | readonly ['close'];

export type WorkerMessage =
  /** It receives messages. Earlier ones are lost. */
  | readonly ['ready']
  | readonly ['planned', WorkerPlan]
  | readonly ['listening', Listening]
  | readonly ['failed', CounterServerErrorCode, message: string, problems: readonly OptionProblem[]]
  | readonly ['limit', limit: string, address: string | undefined]
  | readonly ['proxy', message: string]
  | readonly ['warning', message: string]
  | readonly ['stats', CounterStats, eventLoopDelayMs: number];

/** The topics of the channels between a primary process and a worker. */
export const topics = {
  bus: 'bus',
  admission: 'admission',
  answers: 'answers',
  operations: 'operations',
  control: 'control',
} as const;

export function sendToWorker(ipc: Ipc, message: PrimaryMessage): void {
  ipc.channel(topics.control).send(message);
}

export function sendToPrimary(ipc: Ipc, message: WorkerMessage): void {
  ipc.channel(topics.control).send(message);
}

export function onPrimaryMessage(ipc: Ipc, listener: (message: PrimaryMessage) => void): void {
  ipc.channel(topics.control).listen((frame) => listener(frame as PrimaryMessage));
}

export function onWorkerMessage(ipc: Ipc, listener: (message: WorkerMessage) => void): void {
  ipc.channel(topics.control).listen((frame) => listener(frame as WorkerMessage));
}
