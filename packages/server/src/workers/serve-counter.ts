import { availableParallelism } from 'node:os';
import { systemClock } from '@live-online/internal/system-clock';
import type { AllotmentLimits } from '../core/allotments/keys.ts';
import type { Store } from '../core/ports.ts';
import { createResolvedServer, type CounterServer } from '../create-counter-server.ts';
import { CounterServerError, optionsInvalid } from '../errors.ts';
import type { CounterServerOptions, ResolvedCounterServerOptions } from '../options/options.ts';
import { SharedSocket } from '../io/http/listen.ts';
import { resolveServerOptions } from '../options/resolve-options.ts';
import { EventLoopDelay } from '../servers/event-loop-delay.ts';
import { createIpcBus } from '../store/bus/ipc-bus.ts';
import { createAnswerRelay } from './answer-relay.ts';
import { broadcastShare } from './broadcast-share.ts';
import { problemsOfOptions } from './check-options.ts';
import { createWorkerAdmission } from './connect-admission.ts';
import type { Ipc } from './ipc.ts';
import { createWorkersStore } from './mesh.ts';
import { createOperationsRelay } from './operations-relay.ts';
import {
  onPrimaryMessage,
  sendToPrimary,
  topics,
  type WorkerTask,
  type PoolStatus,
} from './worker-protocol.ts';

/** How often a worker sends its statistics, in ms. */
const STATS_MS = 1_000;

/**
 * Runs a worker as its primary process orders.
 *
 * @param end is called when the worker has closed.
 */
export function serveCounter(ipc: Ipc, end: () => void): void {
  let prepared: ResolvedCounterServerOptions | undefined;
  let server: CounterServer | undefined;
  let socket: SharedSocket | undefined;
  let isEnding = false;
  let pool: PoolStatus | undefined;

  /** The primary kills a worker that has failed; by itself it could end before the message is sent. */
  function fail(error: unknown): void {
    const { code, message, problems } = asCounterError(error);
    sendToPrimary(ipc, ['failed', code, message, problems]);
  }

  async function prepare(task: WorkerTask): Promise<void> {
    const options = { ...task.options, ...(await loadOptions(task.module)) };
    const problems = problemsOfOptions(options, 'module.');
    if (problems.length > 0) throw optionsInvalid(problems);
    const resolved = resolveServerOptions(options);
    const store = await createStore(task, ipc);
    prepared = { ...resolved, store, isFirstProcess: task.isFirst, pool: () => pool };
    const { limits, host, port } = resolved;
    sendToPrimary(ipc, ['planned', { server: store.server!, limits, host, port }]);
  }

  function prepareListening(options: ResolvedCounterServerOptions, limits: AllotmentLimits): void {
    const channel = ipc.channel(topics.admission);
    const admission = createWorkerAdmission({ ...limits, clock: systemClock }, channel);
    const answerRelay = createAnswerRelay(ipc.channel(topics.answers));
    const { maxWorkers } = limits;
    const maxBroadcastCpu = broadcastShare(options.maxBroadcastCpu, maxWorkers, availableParallelism());
    const operationsRelay = createOperationsRelay(ipc.channel(topics.operations));
    const shared = { maxBroadcastCpu, maxWorkers, admission, answerRelay, operationsRelay };
    ipc.onHandle((handle) => {
      // As long as any process has the socket, the port is open.
      if (isEnding) return (handle as { close(): void }).close();
      if (socket) return socket.resume(handle);
      socket = new SharedSocket(handle);
      listen({ ...options, ...shared, socket });
    });
  }

  function listen(options: ResolvedCounterServerOptions): void {
    server = createResolvedServer(options);
    reportStats(server, ipc, options.access.isEnabled || options.store.kind !== undefined);
    server.on('limit', ({ limit, address }) => sendToPrimary(ipc, ['limit', limit, address]));
    server.on('proxy', ({ message }) => sendToPrimary(ipc, ['proxy', message]));
    server.on('warning', ({ message }) => sendToPrimary(ipc, ['warning', message]));
    server.listen().then((listening) => sendToPrimary(ipc, ['listening', listening]), fail);
  }

  function finish(how: 'drain' | 'close'): void {
    if (isEnding) return;
    isEnding = true;
    const ended = how === 'drain' ? server?.drain() : server?.close();
    void (ended ?? Promise.resolve()).then(end);
  }

  onPrimaryMessage(ipc, (message) => {
    if (message[0] === 'start') prepare(message[1]).catch(fail);
    else if (message[0] === 'listen') prepareListening(prepared!, message[1]);
    else if (message[0] === 'pause') socket?.pause();
    else if (message[0] === 'pool') pool = message[1];
    else finish(message[0]);
  });
  sendToPrimary(ipc, ['ready']);
}

async function createStore({ redis, name }: WorkerTask, ipc: Ipc): Promise<Store> {
  if (!redis) return createWorkersStore(createIpcBus(ipc.channel(topics.bus)), name, 'hosted');
  const { redisStore } = await import('../redis.ts');
  const { url, ...options } = redis;
  return redisStore(url, { ...options, name });
}

/** @param isDelayRead whether the API has the delay of the event loop, here or at another server. */
function reportStats(server: CounterServer, ipc: Ipc, isDelayRead: boolean): void {
  const delay = new EventLoopDelay(() => systemClock.now());
  if (isDelayRead) delay.start();
  // Also without a change: a worker that does not report may be stopped.
  setInterval(() => sendToPrimary(ipc, ['stats', server.stats(), delay.read()]), STATS_MS).unref();
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
