import cluster from 'node:cluster';
import { availableParallelism } from 'node:os';
import type { CounterView } from './assemble-counter.ts';
import { optionsInvalid } from './errors.ts';
import type { Listening } from './io/http/listen.ts';
import { resolveWorkersOptions, type CounterWorkersOptions } from './workers/resolve-workers.ts';
import { Supervisor, type WorkerLost } from './workers/supervisor.ts';

export type { WorkerLost } from './workers/supervisor.ts';

/** Several processes that count on one port. Totals, events and statistics are those of all of them together. */
export interface CounterWorkers extends CounterView {
  /**
   * Starts the workers, and resolves when all of them listen. An error that keeps one worker from starting ends all.
   *
   * @throws CounterServerError `options-invalid`, `port-in-use`, `port-forbidden`, `host-unknown`, `listen-failed`,
   * `store-failed`, `worker-failed`, `closed`
   */
  listen(): Promise<Listening>;
  /** The process ids of the workers that run right now. */
  pids(): number[];
  on: CounterView['on'] & ((event: 'worker', listener: (lost: WorkerLost) => void) => () => void);
  /**
   * Migrates all members to other servers, as each worker's `drain()` does, and ends the workers. If there are no servers
   * other than these workers, this is `close()`.
   */
  drain(): Promise<void>;
  /** Closes all connections, and ends the workers. May be called twice: the second call returns the same promise. */
  close(): Promise<void>;
}

/**
 * Creates counter workers: several processes that serve one port, by WebSocket only, and add up to one total. It starts
 * nothing before `listen()`, and cannot be used in a process that is a cluster worker itself.
 *
 * @throws CounterServerError `options-invalid`, which names every mistake by its path
 * @example
 * ```ts
 * import { createCounterWorkers } from '@live-online/server';
 *
 * const workers = createCounterWorkers({ workers: 4, options: { port: 8081 } });
 * workers.on('worker', ({ worker, reason }) => console.warn(`worker ${worker}: ${reason}`));
 * const { url } = await workers.listen();
 * console.log(`counting at ${url}`);
 * ```
 */
export function createCounterWorkers(options: CounterWorkersOptions = {}): CounterWorkers {
  const resolved = resolveWorkersOptions(options, availableParallelism());
  if (!cluster.isPrimary) {
    throw optionsInvalid([{ path: 'workers', message: 'cannot be started by a process that is a worker' }]);
  }
  const supervisor = new Supervisor(resolved);
  const { view } = supervisor;
  /** One function for two kinds of events, whose types no signature can follow. */
  function on(event: string, listener: (...details: never[]) => void): () => void {
    if (event !== 'worker') return view.on(event as 'total', listener as never);
    supervisor.lostListeners.add(listener as never);
    return () => void supervisor.lostListeners.delete(listener as never);
  }
  return {
    ...view,
    stats: supervisor.stats.read,
    pids: () => supervisor.slots.flatMap(({ pid }) => pid ?? []),
    listen: () => supervisor.listen(),
    on: on as CounterWorkers['on'],
    drain: () => supervisor.drain(),
    close: () => supervisor.close(),
  };
}
