import process from 'node:process';
import { systemClock } from '@live-online/internal/system-clock';
import { assembleCounter, type AssembledCounter, type CounterView } from '../assemble-counter.ts';
import { assembleServers, type ServersParts } from '../assemble-servers.ts';
import { AcceptBalance } from '../core/accept-balance.ts';
import { Allotments } from '../core/allotments/allotments.ts';
import type { CounterStats } from '../core/stats.ts';
import { alreadyClosed, storeFailed, type CounterServerError } from '../errors.ts';
import type { Listening } from '../io/http/listen.ts';
import { createMemoryBus } from '../store/bus/memory-bus.ts';
import { serveIpcBus } from '../store/bus/serve-ipc-bus.ts';
import type { MeshStore } from '../store/mesh/mesh-store.ts';
import { AnswerExchange } from './answer-relay.ts';
import { serveAdmission } from './connect-admission.ts';
import { createLazyStore } from './lazy-store.ts';
import { createWorkersStore } from './mesh.ts';
import { PrimaryOperations, withoutOperations } from './primary-operations.ts';
import type { ResolvedCounterWorkersOptions } from './resolve-workers.ts';
import { openSharedPort, type SharedPort } from './shared-port.ts';
import type { WorkerProcess } from './spawn-worker.ts';
import { createStatsSum, type StatsSum } from './stats-sum.ts';
import { sendToWorker, topics, type WorkerPlan, type WorkersRedisOptions } from './worker-protocol.ts';
import { WorkerSlot, type WorkerConnection } from './worker-slot.ts';

/** A worker has ended unexpectedly. Another one replaces it. */
export interface WorkerLost {
  /** The number of the worker, from 1 on. */
  worker: number;
  /** Why, as text. */
  reason: string;
}

/** How long workers may take to end before they are killed, in ms: a stopped one would never end. */
const TIMEOUT_MS = { close: 5_000, drain: 25_000 };

/** The limits and the port of all workers. */
interface Shared {
  allotments: Allotments;
  port: Promise<SharedPort>;
}

/** Starts and replaces the workers, opens their port, allots places to them, and adds up what they count. */
export class Supervisor {
  readonly view: CounterView;
  readonly lostListeners: Set<(lost: WorkerLost) => void> = new Set();
  readonly slots: WorkerSlot[] = [];
  readonly stats: StatsSum = createStatsSum();
  readonly #options: ResolvedCounterWorkersOptions;
  /** How late the timers of each worker are, in ms. */
  readonly #delays = new Map<WorkerSlot, number>();
  readonly #balance = new AcceptBalance<WorkerSlot>();
  readonly #bus = createMemoryBus();
  readonly #answers = new AnswerExchange();
  readonly #store = createLazyStore(() => this.#createStore());
  readonly #counter: AssembledCounter['counter'];
  readonly #operations: PrimaryOperations;
  readonly #servers: ServersParts;
  readonly #reportLimit: AssembledCounter['reportLimit'];
  readonly #reportProxy: AssembledCounter['reportProxy'];
  readonly #reportWarning: AssembledCounter['reportWarning'];
  readonly #kill = (): void => {
    for (const slot of this.slots) slot.kill();
  };
  #shared: Shared | undefined;
  #starting: Promise<Listening> | undefined;
  #abortStart: (error: CounterServerError) => void = () => {};
  #ending: Promise<void> | undefined;

  constructor(options: ResolvedCounterWorkersOptions) {
    this.#options = options;
    const assembled = assembleCounter({ ...options.resolved, store: this.#store });
    const { counter, view, reportLimit, reportProxy, reportWarning } = assembled;
    this.#counter = counter;
    this.#servers = this.#createServers(assembled);
    this.#operations = new PrimaryOperations({
      options: options.resolved.operations,
      assembled,
      store: this.#store.current,
      hasOtherServers: options.redis !== undefined,
      workers: () => this.slots.map(({ server }) => server),
      servers: this.#servers.servers,
    });
    this.#reportLimit = reportLimit;
    this.#reportProxy = reportProxy;
    this.#reportWarning = reportWarning;
    this.view = view;
  }

  listen(): Promise<Listening> {
    this.#starting ??= this.#start().catch(async (error: unknown) => {
      this.#kill();
      await this.close();
      throw error;
    });
    return this.#starting;
  }

  drain(): Promise<void> {
    const others = (this.#store.current()?.peers() ?? 0) - this.slots.length;
    return (this.#ending ??= this.#end(others > 0 ? 'drain' : 'close'));
  }

  close(): Promise<void> {
    return (this.#ending ??= this.#end('close'));
  }

  async #start(): Promise<Listening> {
    if (this.#ending) throw alreadyClosed();
    // Workers end by themselves when this process is gone, except one that is stopped.
    process.on('exit', this.#kill);
    try {
      await this.#counter.open();
    } catch (error) {
      throw storeFailed(error);
    }
    if (this.#ending) throw alreadyClosed();
    await this.#operations.start();
    this.#servers.start(this.#isApiUsed());
    const aborted = new Promise<never>((_resolve, reject) => (this.#abortStart = reject));
    const listening = await Promise.race([this.#startSlots(), aborted]);
    const { metricsUrl } = this.#operations;
    return metricsUrl === undefined ? listening : { ...listening, metricsUrl };
  }

  #startSlots(): Promise<Listening> {
    const { workers, options, redis, module } = this.#options;
    return new Promise((resolve, reject) => {
      const missing = new Set<number>();
      for (let number = 1; number <= workers; number++) {
        missing.add(number);
        const slot = new WorkerSlot({
          clock: systemClock,
          random: Math.random,
          task: {
            name: nameOf(redis?.name, number),
            isFirst: number === 1,
            options: withoutOperations(options),
            redis,
            module,
          },
          connect: (worker) => this.#connect(number, worker),
          stats: (stats, eventLoopDelayMs) => this.#received(slot, stats, eventLoopDelayMs),
          limit: this.#reportLimit,
          proxy: this.#reportProxy,
          warning: this.#reportWarning,
          listening(listening) {
            if (missing.delete(number) && missing.size === 0) resolve(listening);
          },
          lost: (error, server, couldNotStart) => {
            this.stats.end(slot);
            this.#delays.delete(slot);
            this.#balance.leave(slot);
            if (server !== undefined) this.#store.current()?.evict(server);
            if (missing.size > 0 && couldNotStart) return reject(error);
            for (const listener of this.lostListeners) listener({ worker: number, reason: error.message });
          },
        });
        this.slots.push(slot);
      }
      for (const slot of this.slots) slot.start();
    });
  }

  #received(slot: WorkerSlot, stats: CounterStats, eventLoopDelayMs: number): void {
    const now = systemClock.now();
    this.stats.set(slot, stats);
    this.#delays.set(slot, eventLoopDelayMs);
    this.#balance.report(slot, stats.connections, now);
    // Each second, as the statistics come.
    slot.update({ isLeader: slot === this.slots[0] && this.#isLeader() });
    for (const [other, isAccepting] of this.#balance.decide(now)) other.accept(isAccepting);
  }

  /** Whether the leader of all servers is one of these processes. */
  #isLeader(): boolean {
    const mesh = this.#store.current();
    return (
      mesh !== undefined && [mesh.server, ...this.slots.map(({ server }) => server)].includes(mesh.leader())
    );
  }

  /** The plan of the first worker holds for all: their options are the same. */
  #share({ limits, host, port }: WorkerPlan): Shared {
    return (this.#shared ??= {
      allotments: new Allotments({ limits, maxWorkers: this.#options.workers }, systemClock),
      port: openSharedPort(host, port),
    });
  }

  /** Connects a new process to the bus; to admission and the port, when it listens. */
  #connect(number: number, { ipc }: WorkerProcess): WorkerConnection {
    const disconnectOperations = this.#operations.connect(number, ipc.channel(topics.operations));
    const disconnectBus = serveIpcBus(this.#bus, ipc.channel(topics.bus));
    const disconnectAnswers = this.#answers.connect(ipc.channel(topics.answers));
    let leave = (): void => {};
    let isConnected = true;
    return {
      listen: async (plan) => {
        const { allotments, port } = this.#share(plan);
        const { handle } = await port;
        if (!isConnected || this.#ending) return;
        sendToWorker(ipc, ['listen', allotments.options]);
        leave = serveAdmission(allotments, ipc.channel(topics.admission));
        ipc.sendHandle(handle);
      },
      accept: (isAccepting) => {
        if (!isAccepting) return sendToWorker(ipc, ['pause']);
        void this.#shared?.port.then(({ handle }) => {
          if (isConnected && !this.#ending) ipc.sendHandle(handle);
        });
      },
      disconnect() {
        isConnected = false;
        disconnectBus();
        disconnectAnswers();
        disconnectOperations();
        leave();
      },
    };
  }

  async #end(how: 'close' | 'drain'): Promise<void> {
    this.#abortStart(alreadyClosed());
    // Each worker closes the port when it stops listening; then connections are refused, and do not wait.
    void this.#shared?.port.then(
      ({ close }) => close(),
      () => {},
    );
    await Promise.all(this.slots.map((slot) => slot.end(how, TIMEOUT_MS[how])));
    process.off('exit', this.#kill);
    await this.#operations.close();
    this.#servers.close();
    await this.#counter.close();
  }

  /** What the API has of all servers: these processes are one of them. */
  #createServers({ proxyWarnings, view }: AssembledCounter): ServersParts {
    const { redis } = this.#options;
    const sharedStore = (): MeshStore | undefined => (redis ? this.#store.current() : undefined);
    return assembleServers({
      clock: systemClock,
      store: sharedStore,
      name: () => sharedStore()?.server,
      kind: redis && 'redis',
      stats: this.stats.read,
      isStale: () => view.isStale(),
      proxyWarnings,
      drain: () => void this.drain(),
      workers: () => ({
        count: this.slots.filter(({ server }) => server !== undefined).length,
        eventLoopDelayMs: Math.max(0, ...this.#delays.values()),
      }),
    });
  }

  #isApiUsed(): boolean {
    return this.#options.resolved.access.isEnabled;
  }

  /** The primary's own store: it follows all sites, has no members, and evicts workers that have ended. */
  async #createStore(): Promise<MeshStore> {
    const { redis } = this.#options;
    if (!redis) return createWorkersStore(this.#bus, 'primary', 'all');
    const { redisStore } = await import('../redis.ts');
    const { url, ...options } = redis;
    return redisStore(url, { ...options, name: nameOf(redis.name, 0), follow: 'all' }) as MeshStore;
  }
}

/** The name of a worker among the servers; worker 0 is the primary. The stores add a random part. */
function nameOf(name: WorkersRedisOptions['name'], worker: number): string {
  const part = worker === 0 ? 'primary' : `w${worker}`;
  return name === undefined ? part : `${name.slice(0, 24 - part.length - 1)}-${part}`;
}
