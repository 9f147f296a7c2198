import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { listenFailed } from '../../errors.ts';

/** Where a counter server listens. */
export interface Listening {
  /** The address of the script, and the base of everything else, such as `http://localhost:8081/`. */
  url: string;
  /** The host part of the address. */
  host: string;
  port: number;
}

/**
 * How many connections may wait to be accepted; the system may allow fewer (`net.core.somaxconn`). With Node's 511,
 * clients that all come back at once wait for seconds, and each time twice as long.
 */
const BACKLOG = 8_192;

const EVERYWHERE = new Set([undefined, '', '0.0.0.0', '::']);

/**
 * Makes `server` listen.
 *
 * @param path what the URL ends in, with a slash at both ends.
 * @throws CounterServerError that says what to do
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
      const name = EVERYWHERE.has(host) ? 'localhost' : host!;
      const inUrl = name.includes(':') ? `[${name}]` : name;
      resolve({ url: `http://${inUrl}:${bound}${path}`, host: name, port: bound });
    });
  });
}

/** Stops listening, and gives the requests that are under way `timeoutMs` to end. */
export function stopListening(server: Server, timeoutMs: number): Promise<void> {
  return new Promise((resolve) => {
    const impatience = setTimeout(() => server.closeAllConnections(), timeoutMs);
    server.close(() => {
      clearTimeout(impatience);
      resolve();
    });
  });
}
