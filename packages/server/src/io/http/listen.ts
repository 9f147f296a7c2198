import type { Server } from 'node:http';
import { hostInUrl, listenOn } from '@live-online/internal/http/listen-on';
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

/**
 * Makes `server` listen.
 *
 * @param path of the URL, with a slash at both ends.
 * @throws CounterServerError `port-in-use`, `port-forbidden`, `host-unknown` or `listen-failed`
 */
export async function listen(
  server: Server,
  host: string | undefined,
  port: number,
  path: string,
): Promise<Listening> {
  try {
    const bound = await listenOn(server, { port, backlog: BACKLOG, ...(host !== undefined && { host }) });
    const name = hostInUrl(host);
    return { url: `http://${name}:${bound}${path}`, host: name.replace(/[[\]]/g, ''), port: bound };
  } catch (error) {
    throw listenFailed(error as NodeJS.ErrnoException, host, port);
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
