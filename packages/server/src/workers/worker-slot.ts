import type { Clock } from '../core/ports.ts';
import type { CounterStats } from '../core/stats.ts';
import { CounterServerError } from '../errors.ts';
import type { Listening } from '../io/http/listen.ts';
import { spawnWorker, type WorkerEnd, type WorkerProcess } from './spawn-worker.ts';
import {
  onWorkerMessage,
  sendToWorker,
  type PoolStatus,
  type WorkerMessage,
  type WorkerPlan,
  type WorkerTask,
} from './worker-protocol.ts';

export interface WorkerSlotOptions {
  clock: Clock;
  /** From 0 up to 1. */
  random: () => number;
  task: WorkerTask;
  /** Connects a new process to what workers share. */
  connect: (worker: WorkerProcess) => WorkerConnection;
  listening: (listening: Listening) => void;
  stats: (stats: CounterStats, eventLoopDelayMs: number) => void;
  limit: (limit: string, address: string | undefined) => void;
  proxy: (message: string) => void;
  warning: (message: string) => void;
  /**
   * A process has ended unexpectedly, or could not start. Another one replaces it, unless the slot is killed.
   *
   * @param server its name among the servers, if it had one.
   * @param couldNotStart whether the cause would keep other workers from starting as well.
   */
  lost: (error: CounterServerError, server: string | undefined, couldNotStart: boolean) => void;
}

/** What connects a process to its primary. */
export interface WorkerConnection {
  /** Makes it listen. Rejects if the port cannot be opened. */
  listen: (plan: WorkerPlan) => Promise<void>;
  /** Whether it accepts connections from now on. */
  accept: (isAccepting: boolean) => void;
  disconnect: () => void;
}

/** What is known of the current process. */
interface Run {
  readonly worker: WorkerProcess;
  readonly connection: WorkerConnection;
  /** Whether it receives messages. */
  isReady: boolean;
  listeningSince?: number;
  server?: string;
  failure?: CounterServerError;
}

/** A process that has listened for as long as this, in ms, does not end because of how it was started. */
const PROVEN_MS = 10_000;
/** The bounds of the delay before a process that keeps ending is started again, in ms. */
const RESTART_MS = { first: 250, longest: 30_000 };

/** One of the workers: when its process ends, another one replaces it. */
export class WorkerSlot {
  readonly #options: WorkerSlotOptions;
  #run: Run | undefined;
  #isEnding = false;
  #failures = 0;
  #cancelStart = (): void => {};

  constructor(options: WorkerSlotOptions) {
    this.#options = options;
  }

  /** The current process. */
  get pid(): number | undefined {
    return this.#run?.worker.pid;
  }

  /** The name of the current process among the servers. */
  get server(): string | undefined {
    return this.#run?.server;
  }

  start(): void {
    const worker = spawnWorker();
    const connection = this.#options.connect(worker);
    const run: Run = { worker, connection, isReady: false };
    this.#run = run;
    onWorkerMessage(worker.ipc, (message) => this.#receive(run, message));
    void worker.ended.then((end) => {
      this.#run = undefined;
      connection.disconnect();
      if (!this.#isEnding) this.#replace(run, end);
    });
  }

  /** Whether the process accepts connections from now on. */
  accept(isAccepting: boolean): void {
    this.#run?.connection.accept(isAccepting);
  }

  /** Sends what all workers are together. */
  update(status: PoolStatus): void {
    if (this.#run) sendToWorker(this.#run.worker.ipc, ['pool', status]);
  }

  /** Ends the process and waits for that, but no longer than `timeoutMs`. */
  async end(how: 'close' | 'drain', timeoutMs: number): Promise<void> {
    this.#stop();
    const run = this.#run;
    if (!run) return;
    const { worker, isReady } = run;
    if (!isReady) worker.kill();
    sendToWorker(worker.ipc, [how]);
    const cancelKill = this.#options.clock.schedule(() => worker.kill(), timeoutMs);
    await worker.ended;
    cancelKill();
  }

  /** Kills the process. Nothing replaces it. */
  kill(): void {
    this.#stop();
    this.#run?.worker.kill();
  }

  #stop(): void {
    this.#isEnding = true;
    this.#cancelStart();
  }

  #receive(run: Run, message: WorkerMessage): void {
    const { ipc } = run.worker;
    const { clock, task, listening, stats, limit, proxy, warning } = this.#options;
    const fail = (error: CounterServerError): void => {
      run.failure ??= error;
      run.worker.kill();
    };
    switch (message[0]) {
      case 'ready':
        run.isReady = true;
        return sendToWorker(ipc, ['start', task]);
      case 'planned':
        run.server = message[1].server;
        return void run.connection.listen(message[1]).catch(fail);
      case 'listening':
        run.listeningSince = clock.now();
        return listening(message[1]);
      case 'stats':
        return stats(message[1], message[2]);
      case 'limit':
        return limit(message[1], message[2]);
      case 'proxy':
        return proxy(message[1]);
      case 'warning':
        return warning(message[1]);
      case 'failed':
        return fail(new CounterServerError(message[1], message[2], { problems: message[3] }));
    }
  }

  #replace({ listeningSince, server, failure }: Run, { reason, wasSignalled }: WorkerEnd): void {
    const { clock, random, lost } = this.#options;
    const neverListened = listeningSince === undefined;
    if (!neverListened && clock.now() - listeningSince >= PROVEN_MS) this.#failures = 0;
    // The first process that ends after it has listened is replaced at once.
    if (this.#failures === 0 && !neverListened) this.start();
    else this.#cancelStart = clock.schedule(() => this.start(), restartDelay(this.#failures, random()));
    this.#failures++;
    const ended = new CounterServerError('worker-failed', `a worker has ended: ${reason}`);
    lost(failure ?? ended, server, neverListened && !wasSignalled);
  }
}

/**
 * How long to wait before the next start, in ms: it doubles with each failure, minus a random part of up to a half.
 *
 * @param random from 0 up to 1.
 */
export function restartDelay(failures: number, random: number): number {
  return Math.min(RESTART_MS.longest, RESTART_MS.first * 2 ** failures) * (0.5 + random / 2);
}
