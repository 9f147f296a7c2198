import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { listenFailed } from '../../errors.ts';

/** The address that a counter server listens on. */
export interface Listening {
  /** The URL of the script, and the base of all other URLs, such as `http://localhost:8081/`. */
  url: string;
  /** The host part of the URL. */
  host: string;
  port: number;
}

/**
 * How many connections may wait to be accepted; the system may allow fewer (`net.core.somaxconn`). With Node's default of
 * 511, clients that all reconnect at once wait for seconds, and twice as long at each attempt.
 */
const BACKLOG = 8_192;

const ALL_ADDRESSES = new Set([undefined, '', '0.0.0.0', '::']);

/**
 * Makes `server` listen.
 *
 * @param path of the URL, with a slash at both ends.
 * @throws CounterServerError `port-in-use`, `port-forbidden`, `host-unknown` or `listen-failed`
 */
export function listen(
  server: Server,
  host: string | undefined,
  port: number,
  path: string,
): Promise<Listening> {
  return new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException): void => reject(listenFailed(error, host, port));
    server.once('error', failed);
    server.listen({ port, backlog: BACKLOG, ...(host !== undefined && { host }) }, () => {
      server.off('error', failed);
      const bound = (server.address() as AddressInfo).port;
      const name = ALL_ADDRESSES.has(host) ? 'localhost' : host!;
      const inUrl = name.includes(':') ? `[${name}]` : name;
      resolve({ url: `http://${inUrl}:${bound}${path}`, host: name, port: bound });
    });
  });
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
