import type { Clock } from '../core/ports.ts';
import { CounterServerError } from '../errors.ts';
import type { Listening } from '../io/http/listen.ts';
import type { CounterStats } from '../core/stats.ts';
import {
  onWorkerMessage,
  topics,
  type PrimaryMessage,
  type WorkerPlan,
  type WorkerTask,
} from './worker-protocol.ts';
import { spawnWorker, type WorkerProcess } from './spawn-worker.ts';

/** One of the workers there shall be: whenever its process ends, another takes its place. */
export interface WorkerSlot {
  /** The process that is there now. */
  readonly pid: number | undefined;
  /** Orders it to end, and waits until it has, but no longer than `timeoutMs`. */
  end(how: 'close' | 'drain', timeoutMs: number): Promise<void>;
  /** Ends it now. No other takes its place. */
  kill(): void;
}

export interface WorkerSlotOptions {
  clock: Clock;
  random: () => number;
  task: WorkerTask;
  /** Connects a new process to what workers share. Returns what is to be done once it has ended. */
  connect: (worker: WorkerProcess) => () => void;
  /** Which port to listen on. */
  decidePort: (plan: WorkerPlan) => Promise<number>;
  listening: (listening: Listening) => void;
  stats: (stats: CounterStats) => void;
  limit: (limit: string, address: string | undefined) => void;
  /**
   * A process has ended that nobody told to, or could not start. Unless the slot is killed, another takes its place.
   *
   * @param server its name among the servers, where it had one.
   * @param couldNotStart whether there is something wrong that would keep others from starting as well.
   */
  lost: (error: CounterServerError, server: string | undefined, couldNotStart: boolean) => void;
}

/** A process that lived as long as this, in ms, did not end because of how it was started. */
const PROVEN_MS = 10_000;
/** How long to wait before one that keeps ending is started again, in ms: doubling, of which a random half is kept. */
const RESTART_MS = { first: 250, most: 30_000 };

export function startWorkerSlot(options: WorkerSlotOptions): WorkerSlot {
  const { clock, random, task } = options;
  let worker: WorkerProcess | undefined;
  /** Whether it hears what it is told. */
  let isReady = false;
  let isEnding = false;
  let failures = 0;
  let cancelStart = (): void => {};

  function start(): void {
    const current = spawnWorker();
    worker = current;
    isReady = false;
    const disconnect = options.connect(current);
    const line = current.ipc.line(topics.life);
    const order = (what: PrimaryMessage): void => line.send(what);
    let listeningSince: number | undefined;
    let server: string | undefined;
    let failure: CounterServerError | undefined;

    function fail(error: CounterServerError): void {
      failure ??= error;
      current.kill();
    }

    onWorkerMessage(line, (news) => {
      switch (news[0]) {
        case 'ready':
          isReady = true;
          order(['start', task]);
          break;
        case 'planned':
          ({ server } = news[1]);
          options.decidePort(news[1]).then((port) => order(['listen', port]), fail);
          break;
        case 'listening':
          listeningSince = clock.now();
          options.listening(news[1]);
          break;
        case 'stats':
          options.stats(news[1]);
          break;
        case 'limit':
          options.limit(news[1], news[2]);
          break;
        case 'failed':
          fail(new CounterServerError(news[1], news[2], { problems: news[3] }));
      }
    });
    void current.ended.then(({ reason, wasAsked }) => {
      worker = undefined;
      disconnect();
      if (isEnding) return;
      const lived = listeningSince === undefined ? 0 : clock.now() - listeningSince;
      if (lived >= PROVEN_MS) failures = 0;
      // The first time it happens there is nothing to wait for.
      if (failures > 0 || listeningSince === undefined) cancelStart = clock.schedule(start, pause());
      else start();
      failures++;
      const ended = new CounterServerError('worker-failed', `a worker has ended: ${reason}`);
      options.lost(failure ?? ended, server, listeningSince === undefined && !wasAsked);
    });
  }

  function pause(): number {
    const longest = Math.min(RESTART_MS.most, RESTART_MS.first * 2 ** failures);
    return longest * (0.5 + random() / 2);
  }

  function stop(): void {
    isEnding = true;
    cancelStart();
  }

  start();
  return {
    get pid() {
      return worker?.pid;
    },
    async end(how, timeoutMs) {
      stop();
      const ending = worker;
      if (!ending) return;
      if (!isReady) ending.kill();
      ending.ipc.line(topics.life).send([how]);
      const impatience = clock.schedule(() => ending.kill(), timeoutMs);
      await ending.ended;
      impatience();
    },
    kill() {
      stop();
      worker?.kill();
    },
  };
}
