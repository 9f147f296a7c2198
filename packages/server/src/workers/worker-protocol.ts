import type { AdmissionLimits } from '../core/admission.ts';
import type { OptionProblem } from '@live-online/internal/option-problems';
import type { CounterServerErrorCode } from '../errors.ts';
import type { Listening } from '../io/http/listen.ts';
import type { CounterServerOptions } from '../options/options.ts';
import type { RedisStoreOptions } from '../options/redis-options.ts';
import type { CounterStats } from '../core/stats.ts';
import type { IpcChannel } from '../store/bus/ipc-channel.ts';

/** What workers can be told about Redis: all that can be handed to another process. */
export interface WorkersRedisOptions extends Pick<RedisStoreOptions, 'prefix' | 'name' | 'leaseMs'> {
  /** Where Redis is, such as `redis://:password@host:6379`. */
  url: string;
}

/** What a worker is to be. */
export interface WorkerTask {
  /** What it is called among the servers, before the random part. */
  name: string;
  options: Omit<CounterServerOptions, 'store'>;
  redis: WorkersRedisOptions | undefined;
  /** The URL of a module that has more options. */
  module: string | undefined;
}

/** What a worker has made of its options, for its primary process. */
export interface WorkerPlan {
  /** Its name among the servers. */
  server: string;
  limits: AdmissionLimits;
  host: string | undefined;
  port: number;
}

/** What a primary process says to a worker about its life. */
export type PrimaryMessage =
  | readonly ['start', WorkerTask]
  /** Listen on this port. */
  | readonly ['listen', number]
  | readonly ['drain']
  | readonly ['close'];

/** What a worker says about its life. */
export type WorkerMessage =
  /** It listens to orders: what was sent before is lost. */
  | readonly ['ready']
  | readonly ['planned', WorkerPlan]
  | readonly ['listening', Listening]
  | readonly ['failed', CounterServerErrorCode, message: string, problems: readonly OptionProblem[]]
  /** Connections are being refused because of a limit. */
  | readonly ['limit', limit: string, address: string | undefined]
  | readonly ['stats', CounterStats];

/** The lines between a primary process and a worker, by their topics. */
export const topics = { bus: 'bus', admission: 'admission', life: 'life' } as const;

/** The lines of {@link topics.life}, typed. */
export function onPrimaryMessage(line: IpcChannel, listener: (order: PrimaryMessage) => void): void {
  line.listen((frame) => listener(frame as PrimaryMessage));
}

export function onWorkerMessage(line: IpcChannel, listener: (news: WorkerMessage) => void): void {
  line.listen((frame) => listener(frame as WorkerMessage));
}
