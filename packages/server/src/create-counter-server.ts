import type { Server as HttpServer } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import { emitWarning } from 'node:process';
import { systemClock } from '@live-online/internal/system-clock';
import { assembleCounter, type AssembledCounter, type CounterView } from './assemble-counter.ts';
import { createShutdown, type Shutdown } from './lifecycle/shutdown.ts';
import { alreadyClosed, pathTaken, storeFailed } from './errors.ts';
import { mountAt } from './io/http/request-interceptor.ts';
import { createHttpGuard, type HttpGuard } from './io/http/create-http-guard.ts';
import { createRoutes } from './io/http/routes.ts';
import { createSleepWatch, type SleepWatch } from './io/sleep-watch.ts';
import { createSocketIoTransport, DEFAULT_HEARTBEAT } from './io/socket-io-transport.ts';
import type { CounterTransport } from './io/transport.ts';
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
   * Serves the counter below `path` of an existing HTTP server, beside the server's own routes and sockets.
   *
   * @returns a function that detaches it, and leaves the server as it was found.
   * @throws CounterServerError `path-taken`, `closed`
   */
  attach(server: HttpServer | HttpsServer): () => void;
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
 */
export function createCounterServer(options: CounterServerOptions = {}): CounterServer {
  return createResolvedServer(resolveServerOptions(options));
}

/** The same with resolved options, which may also have what callers cannot set. */
export function createResolvedServer(options: ResolvedCounterServerOptions): CounterServer {
  const service = new CounterService(options);
  return {
    ...service.view,
    listen: () => service.listen(),
    attach: (server) => service.attach(server),
    drain: () => service.shutdown.drain(),
    close: () => service.shutdown.close(),
  };
}

class CounterService {
  readonly view: CounterView;
  readonly shutdown: Shutdown;
  readonly #options: ResolvedCounterServerOptions;
  readonly #counter: AssembledCounter['counter'];
  readonly #guard: HttpGuard;
  readonly #transport: CounterTransport;
  readonly #sleepWatch: SleepWatch;
  readonly #servers = new Set<HttpServer>();
  readonly #mounts = new Set<() => void>();
  #opening: Promise<void> | undefined;
  #stopped: Promise<unknown> | undefined;

  constructor(options: ResolvedCounterServerOptions) {
    const { bounds, httpBounds, heartbeat = DEFAULT_HEARTBEAT, transports, trustsProxy } = options;
    this.#options = options;
    const sleepWatch = createSleepWatch({
      clock: systemClock,
      // All clients have given up on a process that slept for longer.
      maxPauseMs: heartbeat.intervalMs + heartbeat.timeoutMs,
      onWake: () => this.#transport.destroyConnections(),
    });
    const assembled = assembleCounter(options, sleepWatch.clock);
    const { counter, handshakeGuard, stats, view, reportLimit } = assembled;
    const guard = createHttpGuard({
      bounds: httpBounds,
      clock: systemClock,
      stats,
      trustsProxy,
      onLimit: reportLimit,
    });
    this.#sleepWatch = sleepWatch;
    this.#counter = counter;
    this.#guard = guard;
    this.view = view;
    this.#transport = createSocketIoTransport({
      counter,
      handshakeGuard,
      stats,
      transports,
      bounds,
      heartbeat,
      closeTimeoutMs: CLOSE_TIMEOUT_MS,
      beforeJoin: sleepWatch.check,
      onEstablished: guard.established,
    });
    this.shutdown = createShutdown({
      ...options,
      counter,
      lock: () => this.#lock(),
      close: () => this.#close(),
    });
  }

  async listen(): Promise<Listening> {
    const { host, port, path = '/' } = this.#options;
    const server = this.#guard.createServer();
    const unmount = this.#mount(server, path);
    try {
      await this.#opening;
      const listening = await listen(server, host, port, path);
      this.#servers.add(server);
      if (!this.shutdown.hasBegun) return listening;
      // A close that began while the port was being opened has not stopped this server.
      await stopListening(server, 0);
      throw alreadyClosed();
    } catch (error) {
      unmount();
      throw error;
    }
  }

  attach(server: HttpServer): () => void {
    const unmount = this.#mount(server, this.#options.path ?? '/live-online/');
    // Without the store, this server's own totals are published as stale.
    this.#opening?.catch((error: Error) => emitWarning(error));
    return unmount;
  }

  /** Serves the counter below `path` of `server`, and opens the store the first time. */
  #mount(server: HttpServer, path: string): () => void {
    if (this.shutdown.hasBegun) throw alreadyClosed();
    const routes = createRoutes(() => !this.shutdown.hasBegun);
    const unmount = mountAt(server, { path, guard: this.#guard, routes, transport: this.#transport });
    if (!unmount) throw pathTaken(path);
    this.#mounts.add(unmount);
    this.#sleepWatch.start();
    this.#opening ??= this.#counter.open().catch((error: unknown) => {
      throw storeFailed(error);
    });
    return unmount;
  }

  /** Existing connections go on. */
  #lock(): void {
    this.#transport.lock();
    this.#stopped ??= Promise.all(
      [...this.#servers].map((server) => stopListening(server, CLOSE_TIMEOUT_MS)),
    );
  }

  async #close(): Promise<void> {
    this.#lock();
    await this.#transport.close();
    await this.#stopped;
    for (const unmount of this.#mounts) unmount();
    await this.#opening?.catch(() => {});
    await this.#counter.close();
    this.#guard.close();
    this.#sleepWatch.stop();
  }
}
