import type { Server } from 'node:http';
import type { AddressInfo, ListenOptions } from 'node:net';

/**
 * Makes a server listen. Resolves to its port, or rejects with the error of the system.
 *
 * @param where also the handle of a bound socket.
 * @param backlog how many connections may wait to be accepted.
 */
export function listenOn(server: Server, where: ListenOptions | object, backlog?: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(where, backlog, () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

/** The host of the URL at which a browser on this machine reaches a server that listens on `host`. */
export function hostInUrl(host: string | undefined): string {
  if (!host || host === '0.0.0.0' || host === '::') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}
