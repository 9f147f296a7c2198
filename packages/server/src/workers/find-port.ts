import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { listenFailed } from '../errors.ts';

/**
 * Takes a port and lets go of it again: workers that come later have to find the same one, which 0 is not.
 *
 * @throws CounterServerError that says what to do
 */
export function findPort(host: string | undefined, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', (error) => reject(listenFailed(error, host, port)));
    server.listen(port, host, () => {
      const { port: bound } = server.address() as AddressInfo;
      server.close(() => resolve(bound));
    });
  });
}
