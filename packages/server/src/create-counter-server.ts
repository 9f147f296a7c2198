import type { Server as HttpServer } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import { emitWarning } from 'node:process';
import { systemClock } from '@live-online/internal/system-clock';
import { assembleCounter, type CounterView } from './assemble-counter.ts';
import { createShutdown } from './lifecycle/shutdown.ts';
import { alreadyClosed, pathTaken, storeFailed } from './errors.ts';
import { mountAt } from './io/http/request-interceptor.ts';
import { createHttpGuard } from './io/http/create-http-guard.ts';
import { createRoutes } from './io/http/routes.ts';
import { createSleepWatch } from './io/sleep-watch.ts';
import { createSocketIoTransport, DEFAULT_HEARTBEAT } from './io/socket-io-transport.ts';
import { listen, stopListening, type Listening } from './io/http/listen.ts';
import type { CounterServerOptions, ResolvedCounterServerOptions } from './options/options.ts';
import { resolveServerOptions } from './options/resolve-options.ts';

/** A counter with a Socket.IO server of its own. */
export interface CounterServer extends CounterView {
  /**
   * Serves the counter on a port of its own.
   *
   * @throws CounterServerError `port-in-use`, `port-forbidden`, `host-unknown`, `listen-failed`, `store-failed`, `closed`
   */
  listen(): Promise<Listening>;
  /**
   * Serves the counter beside an existing HTTP server's own routes and sockets, below `path`, whatever listeners
   * the server has or will have.
   *
   * @returns the undo, which leaves the server as it was found.
   * @throws CounterServerError `path-taken`, `closed`
   */
  attach(server: HttpServer | HttpsServer): () => void;
  /**
   * Moves everybody to other servers before it closes: `readyz` says 503, after `readinessGraceMs` newcomers are
   * refused, and pages are sent off within `drainDurationMs`, each of which is counted here until it is back elsewhere. It ends as
   * soon as all are. Where the store knows no other server, or nobody is here, it is `close()`.
   */
  drain(): Promise<void>;
  /**
   * Takes nobody in any more, lets everybody go so that they come back elsewhere, and frees the port. An HTTP
   * server that was attached to goes on. May be called twice: the second call returns the first one's promise.
   */
  close(): Promise<void>;
}

/** How long a connection may take to say goodbye before it is cut, in ms. */
const CLOSE_TIMEOUT_MS = 1_000;

/**
 * Creates a counter server. It opens nothing until `listen()` or `attach()`.
 *
 * @throws CounterServerError `options-invalid`, naming every mistake by its path
 */
export function createCounterServer(options: CounterServerOptions = {}): CounterServer {
  return createResolvedServer(resolveServerOptions(options));
}

/** The same with options that are resolved already, and may hold what no caller hands in. */
export function createResolvedServer(options: ResolvedCounterServerOptions): CounterServer {
  const {
    port,
    host,
    path,
    transports,
    bounds,
    httpBounds,
    heartbeat = DEFAULT_HEARTBEAT,
    ...counting
  } = options;
  // A process that has slept for longer than its pages wait has lost them all.
  const watch = createSleepWatch({
    clock: systemClock,
    longestMs: heartbeat.intervalMs + heartbeat.timeoutMs,
    woken: () => transport.cut(),
  });
  const { counter, door, stats, view, limitReached } = assembleCounter(counting, watch.clock);
  const guard = createHttpGuard({
    bounds: httpBounds,
    clock: systemClock,
    stats,
    trustsProxy: counting.trustsProxy,
    onLimit: limitReached,
  });
  const transport = createSocketIoTransport({
    counter,
    door,
    stats,
    transports,
    bounds,
    heartbeat,
    goodbyeMs: CLOSE_TIMEOUT_MS,
    beforeArrival: watch.look,
    onEstablished: guard.established,
  });
  const servers = new Set<HttpServer>();
  const gates = new Set<() => void>();
  const ending = createShutdown({ ...counting, counter, lock, close });
  let opening: Promise<void> | undefined;
  let stopped: Promise<unknown> | undefined;

  /** Puts the counter in front of `server`, and opens the store the first time. */
  function enter(server: HttpServer, below: string): () => void {
    if (ending.hasBegun) throw alreadyClosed();
    const routes = createRoutes(() => !ending.hasBegun);
    const leave = mountAt(server, { path: below, guard, routes, transport });
    if (!leave) throw pathTaken(below);
    gates.add(leave);
    watch.start();
    opening ??= counter.open().catch((error: unknown) => {
      throw storeFailed(error);
    });
    return leave;
  }

  /** Existing connections go on. */
  function lock(): void {
    transport.lock();
    stopped ??= Promise.all([...servers].map((server) => stopListening(server, CLOSE_TIMEOUT_MS)));
  }

  async function close(): Promise<void> {
    lock();
    await transport.close();
    await stopped;
    for (const leave of gates) leave();
    await opening?.catch(() => {});
    await counter.close();
    guard.close();
    watch.stop();
  }

  return {
    ...view,
    async listen() {
      const server = guard.createServer();
      const below = path ?? '/';
      const leave = enter(server, below);
      try {
        await opening;
        const listening = await listen(server, host, port, below);
        servers.add(server);
        if (!ending.hasBegun) return listening;
        // It was closed while it was opening the port, and has not seen this server.
        await stopListening(server, 0);
        throw alreadyClosed();
      } catch (error) {
        leave();
        throw error;
      }
    },
    attach(server) {
      const leave = enter(server, path ?? '/live-online/');
      // What this server knows is announced all the same, as stale.
      opening?.catch((error: Error) => emitWarning(error));
      return leave;
    },
    drain: ending.drain,
    close: ending.close,
  };
}
