import cluster from 'node:cluster';
import { availableParallelism } from 'node:os';
import process from 'node:process';
import { systemClock } from '@live-online/internal/system-clock';
import { createAdmission, type Admission } from './core/admission.ts';
import { assembleCounter, type CounterView } from './assemble-counter.ts';
import { alreadyClosed, optionsInvalid, storeFailed, type CounterServerError } from './errors.ts';
import type { Listening } from './io/http/listen.ts';
import { createMemoryBus } from './store/bus/memory-bus.ts';
import type { MeshStore } from './store/mesh/mesh-store.ts';
import { serveIpcBus } from './store/bus/serve-ipc-bus.ts';
import { findPort } from './workers/find-port.ts';
import { createLazyStore } from './workers/lazy-store.ts';
import { topics, type WorkerPlan, type WorkersRedisOptions } from './workers/worker-protocol.ts';
import { createWorkersStore } from './workers/mesh.ts';
import { resolveWorkersOptions, type CounterWorkersOptions } from './workers/resolve-workers.ts';
import { serveAdmission } from './workers/serve-admission.ts';
import type { WorkerProcess } from './workers/spawn-worker.ts';
import { createStatsSum } from './workers/stats-sum.ts';
import { startWorkerSlot, type WorkerSlot } from './workers/worker-slot.ts';

/** A worker has ended that nobody told to, and another takes its place. */
export interface WorkerLost {
  /** Which of the workers, from 1 on. */
  worker: number;
  /** Why, in words. */
  reason: string;
}

/** Several processes that count on one port. What is read here is what all of them have. */
export interface CounterWorkers extends CounterView {
  /**
   * Starts the workers, and resolves once all of them listen. What keeps one of them from starting ends all.
   *
   * @throws CounterServerError `options-invalid`, `port-in-use`, `port-forbidden`, `host-unknown`, `listen-failed`,
   * `store-failed`, `worker-failed`, `closed`
   */
  listen(): Promise<Listening>;
  /** The processes that are there right now. */
  pids(): number[];
  on: CounterView['on'] & ((event: 'worker', listener: (lost: WorkerLost) => void) => () => void);
  /**
   * Moves everybody to other servers step by step, as each worker's `drain()` does, and ends the workers. Where there
   * are no others than these workers it is `close()`.
   */
  drain(): Promise<void>;
  /** Lets everybody go, and ends the workers. May be called twice: the second call returns the first one's promise. */
  close(): Promise<void>;
}

/** How long workers may take to end before they are killed, in ms: a stopped one would take for ever. */
const TIMEOUT_MS = { close: 5_000, drain: 25_000 };

/**
 * Creates counter workers: several processes on one port that add up to one total, by WebSocket only. It starts nothing
 * until `listen()`, and can be used in a process that is no cluster worker itself.
 *
 * @throws CounterServerError `options-invalid`, naming every mistake by its path
 */
export function createCounterWorkers(options: CounterWorkersOptions = {}): CounterWorkers {
  const { workers, redis, module, ...told } = resolveWorkersOptions(options, availableParallelism());
  if (!cluster.isPrimary) {
    throw optionsInvalid([{ path: 'workers', message: 'cannot be started by a process that is a worker' }]);
  }
  const bus = createMemoryBus();
  const store = createLazyStore(() => createObserver(redis, () => createWorkersStore(bus, 'primary', 'all')));
  const { counter, view, limitReached } = assembleCounter({ ...told.resolved, store });
  const stats = createStatsSum();
  const watchers = new Set<(lost: WorkerLost) => void>();
  const slots: WorkerSlot[] = [];
  let agreement: { admission: Admission; port: Promise<number> } | undefined;
  let starting: Promise<Listening> | undefined;
  let ending: Promise<void> | undefined;

  /** What the first worker makes of its options holds for all: they are the same. */
  function agree({ limits, host, port }: WorkerPlan): { admission: Admission; port: Promise<number> } {
    return (agreement ??= { admission: createAdmission(limits), port: findPort(host, port) });
  }

  function connect({ ipc }: WorkerProcess): () => void {
    const leaveBus = serveIpcBus(bus, ipc.line(topics.bus));
    // Nobody is at the door before the worker has been told its port, and by then there is an agreement.
    const admission: Admission = { admit: (...who) => agreement!.admission.admit(...who) };
    const leaveDoor = serveAdmission(admission, ipc.line(topics.admission));
    return () => {
      leaveBus();
      leaveDoor();
    };
  }

  function startSlots(): Promise<Listening> {
    return new Promise((resolve, reject) => {
      let missing = workers;
      for (let number = 1; number <= workers; number++) {
        let started = false;
        const slot = startWorkerSlot({
          clock: systemClock,
          random: Math.random,
          task: { name: nameOf(redis?.name, number), options: told.options, redis, module },
          connect,
          decidePort: (plan) => agree(plan).port,
          stats: (numbers) => stats.set(slot, numbers),
          limit: limitReached,
          listening(listening) {
            if (started) return;
            started = true;
            if (--missing === 0) resolve(listening);
          },
          lost(error, server, couldNotStart) {
            stats.end(slot);
            if (server !== undefined) store.current()?.evict(server);
            if (missing > 0 && couldNotStart) return reject(error);
            for (const tell of watchers) tell({ worker: number, reason: error.message });
          },
        });
        slots.push(slot);
      }
    });
  }

  async function start(): Promise<Listening> {
    if (ending) throw alreadyClosed();
    // However this process ends, unless it is killed, no worker is left behind: one that is stopped would be.
    process.on('exit', kill);
    try {
      await counter.open();
    } catch (error) {
      throw storeFailed(error);
    }
    if (ending) throw alreadyClosed();
    const closed = new Promise<never>((_resolve, reject) => (endStart = reject));
    return Promise.race([startSlots(), closed]);
  }

  let endStart: (error: CounterServerError) => void = () => {};

  function kill(): void {
    for (const slot of slots) slot.kill();
  }

  async function end(how: 'close' | 'drain'): Promise<void> {
    endStart(alreadyClosed());
    await Promise.all(slots.map((slot) => slot.end(how, TIMEOUT_MS[how])));
    process.off('exit', kill);
    await counter.close();
  }

  /** One function for two kinds of events, whose types no signature can follow. */
  function on(event: string, listener: (...details: never[]) => void): () => void {
    if (event !== 'worker') return view.on(event as 'total', listener as never);
    watchers.add(listener as never);
    return () => void watchers.delete(listener as never);
  }

  return {
    ...view,
    stats: stats.read,
    pids: () => slots.flatMap(({ pid }) => pid ?? []),
    listen() {
      starting ??= start().catch(async (error: unknown) => {
        kill();
        await (ending ??= end('close'));
        throw error;
      });
      return starting;
    },
    on: on as CounterWorkers['on'],
    drain() {
      const elsewhere = (store.current()?.peers() ?? 0) - slots.length;
      return (ending ??= end(elsewhere > 0 ? 'drain' : 'close'));
    },
    close: () => (ending ??= end('close')),
  };
}

/** A store that knows all sites, has nobody itself, and can tell the others of servers that are dead. */
async function createObserver(
  redis: WorkersRedisOptions | undefined,
  createLocal: () => MeshStore,
): Promise<MeshStore> {
  if (!redis) return createLocal();
  const { redisStore } = await import('./redis.ts');
  const { url, ...options } = redis;
  return redisStore(url, { ...options, name: nameOf(redis.name, 0), follow: 'all' }) as MeshStore;
}

/** The name of a worker among the servers, or of the primary process; the stores add a random part. */
function nameOf(name: string | undefined, worker: number): string {
  const part = worker === 0 ? 'primary' : `w${worker}`;
  return name === undefined ? part : `${name.slice(0, 24 - part.length - 1)}-${part}`;
}
