import { systemClock } from '@live-online/internal/system-clock';
import type { Store } from '../core/ports.ts';
import { createResolvedServer, type CounterServer } from '../create-counter-server.ts';
import { CounterServerError, optionsInvalid } from '../errors.ts';
import type { CounterServerOptions, ResolvedCounterServerOptions } from '../options/options.ts';
import { resolveServerOptions } from '../options/resolve-options.ts';
import { createIpcBus } from '../store/bus/ipc-bus.ts';
import { problemsOfOptions } from './check-options.ts';
import type { Ipc } from './ipc.ts';
import { createWorkersStore } from './mesh.ts';
import { createRemoteAdmission } from './remote-admission.ts';
import { onPrimaryMessage, sendToPrimary, topics, type WorkerTask } from './worker-protocol.ts';

/** How often a worker sends its statistics, in ms. */
const STATS_MS = 1_000;

/**
 * Runs a worker as its primary process orders.
 *
 * @param end is called when the worker has closed.
 */
export function serveCounter(ipc: Ipc, end: () => void): void {
  new WorkerServer(ipc, end).start();
}

class WorkerServer {
  readonly #ipc: Ipc;
  readonly #end: () => void;
  #prepared: ResolvedCounterServerOptions | undefined;
  #server: CounterServer | undefined;
  #isEnding = false;

  constructor(ipc: Ipc, end: () => void) {
    this.#ipc = ipc;
    this.#end = end;
  }

  start(): void {
    onPrimaryMessage(this.#ipc, (message) => {
      switch (message[0]) {
        case 'start':
          return void this.#prepare(message[1]).catch((error: unknown) => this.#fail(error));
        case 'listen':
          return this.#listen(this.#prepared!, message[1]);
        default:
          return this.#finish(message[0]);
      }
    });
    sendToPrimary(this.#ipc, ['ready']);
  }

  async #prepare(task: WorkerTask): Promise<void> {
    const options = { ...task.options, ...(await loadOptions(task.module)) };
    const problems = problemsOfOptions(options, 'module.');
    if (problems.length > 0) throw optionsInvalid(problems);
    const resolved = resolveServerOptions(options);
    const store = await this.#createStore(task);
    this.#prepared = { ...resolved, store };
    const { limits, host, port } = resolved;
    sendToPrimary(this.#ipc, ['planned', { server: store.server!, limits, host, port }]);
  }

  async #createStore({ redis, name }: WorkerTask): Promise<Store> {
    if (!redis) return createWorkersStore(createIpcBus(this.#ipc.channel(topics.bus)), name, 'hosted');
    const { redisStore } = await import('../redis.ts');
    const { url, ...options } = redis;
    return redisStore(url, { ...options, name });
  }

  #listen(options: ResolvedCounterServerOptions, port: number): void {
    const ipc = this.#ipc;
    const admission = createRemoteAdmission(ipc.channel(topics.admission), systemClock);
    const server = createResolvedServer({ ...options, port, admission });
    this.#server = server;
    reportStats(server, ipc);
    server.on('limit', ({ limit, address }) => sendToPrimary(ipc, ['limit', limit, address]));
    server.listen().then(
      (listening) => sendToPrimary(ipc, ['listening', listening]),
      (error: unknown) => this.#fail(error),
    );
  }

  /** The primary kills a worker that has failed; by itself it could end before the message is sent. */
  #fail(error: unknown): void {
    const { code, message, problems } = asCounterError(error);
    sendToPrimary(this.#ipc, ['failed', code, message, problems]);
  }

  #finish(how: 'drain' | 'close'): void {
    if (this.#isEnding) return;
    this.#isEnding = true;
    const ended = how === 'drain' ? this.#server?.drain() : this.#server?.close();
    void (ended ?? Promise.resolve()).then(this.#end);
  }
}

function reportStats(server: CounterServer, ipc: Ipc): void {
  let last = '';
  const timer = setInterval(() => {
    const stats = server.stats();
    const text = JSON.stringify(stats);
    if (text !== last) sendToPrimary(ipc, ['stats', stats]);
    last = text;
  }, STATS_MS);
  timer.unref();
}

/** Loads the options of a module: its default export, or what that returns. */
async function loadOptions(url: string | undefined): Promise<CounterServerOptions> {
  if (url === undefined) return {};
  try {
    const loaded = (await import(url)) as { default?: unknown };
    const options: unknown =
      typeof loaded.default === 'function' ? await (loaded.default as () => unknown)() : loaded.default;
    if (typeof options === 'object' && options !== null && !Array.isArray(options)) return options;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw optionsInvalid([{ path: 'module', message: `cannot be loaded: ${reason}` }]);
  }
  const message = 'must have options, or a function that returns them, as its default export';
  throw optionsInvalid([{ path: 'module', message }]);
}

function asCounterError(error: unknown): CounterServerError {
  if (error instanceof CounterServerError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new CounterServerError('worker-failed', `a worker could not start: ${reason}`);
}
