import type { Server } from 'node:http';
import net from 'node:net';
import { hostInUrl, listenOn } from '@live-online/internal/http/listen-on';
import { listenFailed } from '../../errors.ts';

/** The address that a counter server listens on. */
export interface Listening {
  /** The URL of the script, and the base of all other URLs, such as `http://localhost:8081/`. */
  url: string;
  /** The host part of the URL. */
  host: string;
  port: number;
  /** The URL of the metrics, if the option `metricsPort` is set. */
  metricsUrl?: string;
}

/**
 * How many connections may wait to be accepted; the system may allow fewer (`net.core.somaxconn`). With Node's default of
 * 511, clients that all reconnect at once wait for seconds, and twice as long at each attempt.
 */
const BACKLOG = 8_192;

interface ListenOptions {
  host: string | undefined;
  port: number;
  /** The path of the URL, with a slash at both ends. */
  path: string;
  /** Serves connections of this socket, instead of opening the port. */
  socket: SharedSocket | undefined;
}

/**
 * Makes `server` listen.
 *
 * @throws CounterServerError `port-in-use`, `port-forbidden`, `host-unknown` or `listen-failed`
 */
export async function listen(
  server: Server,
  { host, port, path, socket }: ListenOptions,
): Promise<Listening> {
  try {
    const where = { port, ...(host !== undefined && { host }) };
    const bound = await (socket ? socket.listen(server) : listenOn(server, where, BACKLOG));
    const name = hostInUrl(host);
    return { url: `http://${name}:${bound}${path}`, host: name.replace(/[[\]]/g, ''), port: bound };
  } catch (error) {
    throw listenFailed(error as NodeJS.ErrnoException, host, port);
  }
}

/** A socket from which several processes accept connections. */
export class SharedSocket {
  readonly #handle: object;
  #server: Server | undefined;

  /** @param handle is bound to a host and a port already. */
  constructor(handle: object) {
    this.#handle = handle;
  }

  /** Accepts connections. Resolves to the port. */
  listen(server: Server): Promise<number> {
    this.#server = server;
    return listenOn(server, this.#handle, BACKLOG);
  }

  /** Leaves new connections to the other processes. Unlike the server's own `close()`, it ends no request. */
  pause(): void {
    if (this.#server?.listening) net.Server.prototype.close.call(this.#server);
  }

  /** @param handle the same socket again; it was closed in this process. */
  resume(handle: object): void {
    if (this.#server && !this.#server.listening) this.#server.listen(handle, BACKLOG);
  }
}

/** Stops listening. Requests that are being served have `timeoutMs` to end. */
export function stopListening(server: Server, timeoutMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), timeoutMs);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
