import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { listenFailed } from '../errors.ts';

/** Where a reload server listens. */
export interface Listening {
  /** What to open in a browser, such as `http://localhost:8080/`. */
  url: string;
  host: string;
  port: number;
}

export interface ListenOptions {
  host: string;
  port: number;
  strictPort: boolean;
  create: () => Server;
}

/** How many ports after the one that was asked for are tried. */
const TRIES = 100;
const NO_SUCH_ADDRESS = new Set(['EADDRNOTAVAIL', 'EAFNOSUPPORT', 'EINVAL']);

/**
 * Listens on `host`, by `localhost` on both addresses of the loopback with one port: browsers take it for either.
 *
 * @returns the servers that listen, and where.
 * @throws ReloadServerError that says what to do
 */
export async function listen(options: ListenOptions): Promise<{ servers: Server[]; listening: Listening }> {
  const { host, strictPort } = options;
  const anyPort = options.port === 0;
  let port = options.port;
  for (let tries = 1; ; tries++) {
    try {
      const servers = await listenOn(options, port);
      const bound = (servers[0]!.address() as AddressInfo).port;
      return { servers, listening: { url: `http://${inUrl(host)}:${bound}/`, host, port: bound } };
    } catch (error) {
      const inUse = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
      if (!inUse || (strictPort && !anyPort) || tries === TRIES || port === 65_535) {
        throw listenFailed(error as NodeJS.ErrnoException, host, port);
      }
    }
    // With any free port, the one that the first address got may have been taken on the second: once more.
    if (!anyPort) port++;
  }
}

async function listenOn({ host, create }: ListenOptions, port: number): Promise<Server[]> {
  if (host !== 'localhost') return [await bind(create(), host, port)];
  const first = await bind(create(), '127.0.0.1', port);
  try {
    return [first, await bind(create(), '::1', (first.address() as AddressInfo).port)];
  } catch (error) {
    // A machine without IPv6 has one loopback address.
    if (NO_SUCH_ADDRESS.has((error as NodeJS.ErrnoException).code ?? '')) return [first];
    first.close();
    throw error;
  }
}

function bind(server: Server, host: string, port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      resolve(server);
    });
  });
}

/** The name by which a browser on this machine reaches a host. */
function inUrl(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}
