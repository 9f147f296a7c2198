import type { IncomingMessage, Server as HttpServer } from 'node:http';
import type { Http2SecureServer, Http2Server } from 'node:http2';
import type { Server as HttpsServer } from 'node:https';
import { emitWarning } from 'node:process';
import type { Duplex } from 'node:stream';
import { systemClock } from '@live-online/internal/system-clock';
import { assembleCounter, type AssembledCounter, type CounterView } from './assemble-counter.ts';
import { createProduct } from './assemble-product.ts';
import { createShutdown } from './lifecycle/shutdown.ts';
import { EventStreams } from './io/events/event-streams.ts';
import { StoreOpening } from './lifecycle/store-opening.ts';
import { alreadyClosed, pathTaken } from './errors.ts';
import { firstTotalHeader } from './io/http/first-total.ts';
import { mountAt } from './io/http/request-interceptor.ts';
import { assertServer, createHostMount } from './io/http/host-mount.ts';
import type { CounterMiddleware } from './io/http/middleware.ts';
import type { Mount } from './io/http/mount.ts';
import { createHttpGuard, type HttpGuard } from './io/http/create-http-guard.ts';
import type { RouteGroup } from './io/http/route.ts';
import { createRoutes } from './io/http/routes.ts';
import { UPGRADE_HEADERS_MISSING } from './io/http/upgrade-headers.ts';
import { createSleepWatch, type SleepWatch } from './io/sleep-watch.ts';
import { LeanTransport } from './io/lean/lean-transport.ts';
import { SocketIoTransport } from './io/socket-io-transport.ts';
import { DEFAULT_HEARTBEAT, type CounterTransport, type TransportOptions } from './io/transport.ts';
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
   * Serves the counter below `path` of an existing HTTP server, beside the server's own routes and sockets. On a server for
   * HTTP/2, WebSockets need its option `allowHTTP1`.
   *
   * @returns a function that detaches it, and leaves the server as it was found.
   * @throws CounterServerError `path-taken`, `call-invalid`, `closed`
   */
  attach(server: HttpServer | HttpsServer | Http2Server | Http2SecureServer): () => void;
  /**
   * Creates a middleware that serves the script, the probes and all other requests below `path`, for hosts that `attach()`
   * does not reach: an app with several HTTP servers, or middlewares that must run first. Upgrades do not pass through
   * middlewares: call `attach()` or {@link CounterServer.handleUpgrade} for them. After `close()` it passes all requests on.
   *
   * @throws CounterServerError `closed`; the middleware itself throws `call-invalid`
   */
  middleware(): CounterMiddleware;
  /**
   * Serves an upgrade from the event 'upgrade' of an HTTP server, if it is a WebSocket of the counter. `attach()` does this
   * by itself. If a server has a listener for 'upgrade', Node leaves all upgrades to that listener, so it must end those
   * that are not taken.
   *
   * @returns whether the counter has taken the upgrade. It owns the socket then. Otherwise the socket is untouched. After
   * `close()` it takes no upgrade.
   * @throws CounterServerError `call-invalid`
   */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
  /**
   * Migrates all members to other servers, then closes. `readyz` answers 503 at once; after `readinessGraceMs` the server
   * rejects new connections, and closes the existing ones within `drainDurationMs`; each member is counted here until
   * another server counts it. It ends as soon as all are. If the store knows no other server, or there are no members, this
   * is `close()`.
   */
  drain(): Promise<void>;
  /**
   * Rejects new connections, closes the existing ones so that their clients reconnect elsewhere, and frees the port. An
   * HTTP server that it is attached to goes on. May be called twice: the second call returns the same promise.
   */
  close(): Promise<void>;
}

/** How long connections and requests may take to end at `close()`, in ms. */
const CLOSE_TIMEOUT_MS = 1_000;

/**
 * Creates a counter server. It opens nothing before `listen()` or `attach()`.
 *
 * @throws CounterServerError `options-invalid`, which names every mistake by its path
 * @example
 * ```ts
 * import { createCounterServer } from '@live-online/server';
 *
 * const counter = createCounterServer({ port: 8081, sites: ['example.org'] });
 * const { url } = await counter.listen();
 * console.log(`counting at ${url}`);
 * process.once('SIGTERM', () => void counter.drain());
 * ```
 */
export function createCounterServer(options: CounterServerOptions = {}): CounterServer {
  return createResolvedServer(resolveServerOptions(options));
}

/** The same with resolved options, which may also have what callers cannot set. */
export function createResolvedServer(options: ResolvedCounterServerOptions): CounterServer {
  const parts = createParts(options);
  const { counter, events, guard, sleepWatch, transport } = parts;
  const servers = new Set<HttpServer>();
  const shutdown = createShutdown({ ...options, counter, lock, close });
  const product = createProduct({
    ...parts,
    options,
    members: () => counter.members(),
    hold: guard.hold,
    warn: parts.reportWarning,
    drain: shutdown.drain,
  });
  const opening = new StoreOpening(async () => {
    sleepWatch.start();
    await counter.open();
    if (!shutdown.hasBegun) await product.start();
  });
  const hostPath = options.path ?? '/live-online/';
  const hostMount = createHostMount({
    createMount: () => createMountAt(hostPath),
    open: () => void (shutdown.hasBegun || opening.openInBackground()),
    onMistake: (message) => emitWarning(message, 'CounterServerWarning'),
  });
  const mounts = new Set([hostMount.unmount]);
  let stopped: Promise<unknown> | undefined;

  const createMountAt = (path: string): Mount =>
    createMount(parts, path, () => !shutdown.hasBegun, product.routes);

  /** Serves the counter below `path` of `server`. */
  function mount(server: HttpServer, path: string): () => void {
    if (shutdown.hasBegun) throw alreadyClosed();
    const unmount = mountAt(server, { ...createMountAt(path), onSecondServer: hostMount.reportSecondServer });
    if (!unmount) throw pathTaken(path);
    mounts.add(unmount);
    return unmount;
  }

  /** Existing connections go on. */
  function lock(): void {
    transport.lock();
    events.lock();
    product.lock();
    stopped ??= Promise.all([...servers].map((server) => stopListening(server, CLOSE_TIMEOUT_MS)));
  }

  async function close(): Promise<void> {
    lock();
    await Promise.all([transport.close(), events.close()]);
    await stopped;
    for (const unmount of mounts) unmount();
    await opening.settled();
    await product.close();
    await counter.close();
    guard.close();
    sleepWatch.stop();
  }

  return {
    ...parts.view,
    async listen() {
      const { host, port, path = '/', socket } = options;
      const server = guard.createServer();
      const unmount = mount(server, path);
      try {
        await opening.open();
        const listening = await listen(server, { host, port, path, socket });
        servers.add(server);
        const { metricsUrl } = product;
        if (!shutdown.hasBegun) return metricsUrl === undefined ? listening : { ...listening, metricsUrl };
        // A close that began while the port was being opened has not stopped this server.
        await stopListening(server, 0);
        throw alreadyClosed();
      } catch (error) {
        unmount();
        throw error;
      }
    },
    attach(server) {
      assertServer(server);
      // Servers for HTTP/2 emit the same events.
      const unmount = mount(server as HttpServer, hostPath);
      opening.openInBackground();
      return unmount;
    },
    middleware(...misplaced: []) {
      if (shutdown.hasBegun) throw alreadyClosed();
      return hostMount.middleware(...misplaced);
    },
    handleUpgrade: hostMount.handleUpgrade,
    drain: shutdown.drain,
    close: shutdown.close,
  };
}

interface Parts extends Pick<
  AssembledCounter,
  'counter' | 'proxyWarnings' | 'publishLag' | 'reportWarning' | 'reportWebhook' | 'stats' | 'view'
> {
  events: EventStreams;
  /** The value of the header `Server-Timing` of the script. */
  firstTotal: (request: IncomingMessage) => string | undefined;
  guard: HttpGuard;
  onLostUpgrade: () => void;
  sleepWatch: SleepWatch;
  transport: CounterTransport;
}

function createMount(
  parts: Parts,
  path: string,
  isReady: () => boolean,
  groups: readonly RouteGroup[],
): Mount {
  const { events, firstTotal, guard, onLostUpgrade, transport } = parts;
  const routes = createRoutes({
    isReady,
    events(request, response) {
      if (request.method !== 'GET' || guard.handshake(request, response)) {
        events.handleRequest(request, response);
      }
    },
    firstTotal,
    groups,
  });
  return { path, guard, routes, transport, onLostUpgrade };
}

function createParts(options: ResolvedCounterServerOptions): Parts {
  const { bounds, httpBounds, heartbeat = DEFAULT_HEARTBEAT, transports, engine, trustsProxy } = options;
  const clock = systemClock;
  const sleepWatch = createSleepWatch({
    clock,
    // The clients of a process that slept for longer have all disconnected.
    maxPauseMs: heartbeat.intervalMs + heartbeat.timeoutMs,
    onWake() {
      transport.destroyConnections();
      events.destroyConnections();
    },
  });
  const {
    proxyWarnings,
    publishLag,
    reportLimit,
    reportProxy,
    reportWarning,
    reportWebhook,
    view,
    ...counting
  } = assembleCounter(options, sleepWatch.clock);
  const { counter, stats } = counting;
  const guard = createHttpGuard({
    bounds: httpBounds,
    clock,
    stats,
    trustsProxy,
    onLimit: reportLimit,
    reportProxy,
  });
  const transportOptions: TransportOptions = {
    ...counting,
    bounds,
    heartbeat,
    closeTimeoutMs: CLOSE_TIMEOUT_MS,
    beforeJoin: sleepWatch.check,
    onEstablished: guard.established,
  };
  const transport: CounterTransport =
    engine === 'lean'
      ? new LeanTransport({ ...transportOptions, clock: sleepWatch.clock })
      : new SocketIoTransport({ ...transportOptions, transports });
  const events = new EventStreams({
    ...transportOptions,
    clock: sleepWatch.clock,
    random: Math.random,
    onOpen: guard.hold,
    relay: options.answerRelay,
  });
  const firstTotalOptions = { ...options, counter, timeOfDay: Date.now };
  const firstTotal = (request: IncomingMessage): string | undefined =>
    firstTotalHeader(request, firstTotalOptions);
  const onLostUpgrade = (): void => reportProxy(UPGRADE_HEADERS_MISSING);
  return {
    counter,
    events,
    firstTotal,
    guard,
    onLostUpgrade,
    proxyWarnings,
    publishLag,
    reportWebhook,
    reportWarning,
    sleepWatch,
    stats,
    transport,
    view,
  };
}
