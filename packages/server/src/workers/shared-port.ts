import { lookup } from 'node:dns/promises';
import net from 'node:net';
import { getSystemErrorName } from 'node:util';
import { listenFailed } from '../errors.ts';

/** A port that the primary opens once. Each worker receives the handle, and accepts connections from it by itself. */
export interface SharedPort {
  readonly handle: object;
  /** Workers that have the handle go on. */
  close(): void;
}

/** The handle of a listening socket, as Node has it. */
interface Handle {
  getsockname(address: object): number;
  close(): void;
}

/**
 * As for node:cluster without round robin, which has no public API of its own: the socket is bound, and does not listen.
 * A server that listened in the primary would accept connections there.
 */
const { _createServerHandle: createHandle } = net as unknown as {
  _createServerHandle(address: string | null, port: number, addressType: number): Handle | number;
};

/** @throws CounterServerError if the port cannot be opened */
export async function openSharedPort(host: string | undefined, port: number): Promise<SharedPort> {
  try {
    // Without a host it is a socket for IPv6 and IPv4, or for IPv4 alone where there is no IPv6.
    const { address, family } = host === undefined ? { address: null, family: 4 } : await lookup(host);
    const handle = createHandle(address, port, family);
    if (typeof handle === 'number') throw systemError(handle);
    // A port in use is reported late: when the socket is used for the first time.
    const problem = handle.getsockname({});
    if (problem === 0) return { handle, close: () => handle.close() };
    handle.close();
    throw systemError(problem);
  } catch (error) {
    throw listenFailed(error as NodeJS.ErrnoException, host, port);
  }
}

function systemError(number: number): NodeJS.ErrnoException {
  const code = getSystemErrorName(number);
  return Object.assign(new Error(`bind ${code}`), { code });
}
