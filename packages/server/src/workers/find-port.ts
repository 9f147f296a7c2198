import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { listenFailed } from '../errors.ts';

/**
 * Finds the port for all workers: opens it once, and closes it again. With port 0 each worker would get another one.
 *
 * @throws CounterServerError if the port cannot be opened
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
