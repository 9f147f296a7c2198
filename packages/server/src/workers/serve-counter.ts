import { createResolvedServer, type CounterServer } from '../create-counter-server.ts';
import { systemClock } from '@live-online/internal/system-clock';
import type { Store } from '../core/ports.ts';
import { CounterServerError, optionsInvalid } from '../errors.ts';
import type { CounterServerOptions } from '../options/options.ts';
import { resolveServerOptions } from '../options/resolve-options.ts';
import { createIpcBus } from '../store/bus/ipc-bus.ts';
import { createRemoteAdmission } from './remote-admission.ts';
import { problemsOfOptions } from './check-options.ts';
import type { Ipc } from './ipc.ts';
import { onPrimaryMessage, topics, type WorkerMessage, type WorkerTask } from './worker-protocol.ts';
import { createWorkersStore } from './mesh.ts';

/** How often a worker tells what it has seen, in ms. */
const STATS_MS = 1_000;

/**
 * The life of a worker, as its primary process orders it.
 *
 * @param end is called when the worker has nothing left to do.
 */
export function serveCounter(ipc: Ipc, end: () => void): void {
  const line = ipc.line(topics.life);
  const say = (news: WorkerMessage): void => line.send(news);
  let server: CounterServer | undefined;
  let isEnding = false;

  async function prepare(task: WorkerTask): Promise<void> {
    const options = { ...task.options, ...(await loadOptions(task.module)) };
    const problems = problemsOfOptions(options, 'module.');
    if (problems.length > 0) throw optionsInvalid(problems);
    const resolved = resolveServerOptions(options);
    const store = await openStore(task);
    const { limits, host, port } = resolved;
    say(['planned', { server: store.server!, limits, host, port }]);
    onPrimaryMessage(line, ([kind, ordered]) => {
      if (kind !== 'listen') return follow(kind);
      const admission = createRemoteAdmission(ipc.line(topics.admission), systemClock);
      server = createResolvedServer({ ...resolved, port: ordered, store, admission });
      reportStats(server, say);
      server.on('limit', ({ limit, address }) => say(['limit', limit, address]));
      server.listen().then((listening) => say(['listening', listening]), fail);
    });
  }

  async function openStore({ redis, name }: WorkerTask): Promise<Store> {
    if (!redis) return createWorkersStore(createIpcBus(ipc.line(topics.bus)), name, 'hosted');
    const { redisStore } = await import('../redis.ts');
    const { url, ...options } = redis;
    return redisStore(url, { ...options, name });
  }

  /** The primary process ends a worker that has failed: what was sent last might be lost otherwise. */
  function fail(error: unknown): void {
    const { code, message, problems } = asCounterError(error);
    say(['failed', code, message, problems]);
  }

  function follow(kind: string): void {
    if (isEnding || (kind !== 'drain' && kind !== 'close')) return;
    isEnding = true;
    const ended = kind === 'drain' ? server?.drain() : server?.close();
    void (ended ?? Promise.resolve()).then(end);
  }

  onPrimaryMessage(line, ([kind, task]) => {
    if (kind === 'start') prepare(task).catch(fail);
    else follow(kind);
  });
  say(['ready']);
}

function reportStats(server: CounterServer, say: (news: WorkerMessage) => void): void {
  let last = '';
  const timer = setInterval(() => {
    const stats = server.stats();
    const text = JSON.stringify(stats);
    if (text !== last) say(['stats', stats]);
    last = text;
  }, STATS_MS);
  timer.unref();
}

/** Options that a module has: its default export, or what that returns. */
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
  throw optionsInvalid([
    { path: 'module', message: 'must export options, or a function that returns them, as its default' },
  ]);
}

function asCounterError(error: unknown): CounterServerError {
  if (error instanceof CounterServerError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new CounterServerError('worker-failed', `a worker could not start: ${reason}`);
}
