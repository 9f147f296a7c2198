import type { Server } from 'node:http';
import { hostInUrl, listenOn } from '@live-online/internal/http/listen-on';
import { listenFailed, portOfBackend, ReloadServerError } from '../errors.ts';
import type { KeyPair } from './certificate.ts';

/** Where a reload server listens. */
export interface Listening {
  /** The URL to open in a browser, such as `http://localhost:8080/`. */
  url: string;
  host: string;
  port: number;
  /** The file of the certificate that the tool has made for HTTPS. Browsers accept it once the user trusts it. */
  certificateFile?: string;
  /** The URL of the script for clients of LiveReload. */
  livereloadUrl?: string;
}

export interface ListenOptions {
  /** The key and the certificate of HTTPS; HTTP if absent. */
  keyPair: KeyPair | undefined;
  host: string;
  port: number;
  strictPort: boolean;
  /** Ports and origins of backends on this machine: the ports count as in use, also before the backend listens. */
  reserved?: ReadonlyMap<number, string>;
  create: () => Server;
}

const MAX_TRIES = 100;
const NO_SUCH_ADDRESS = new Set(['EADDRNOTAVAIL', 'EAFNOSUPPORT', 'EINVAL']);

/**
 * Listens on `host`. `localhost` means both loopback addresses with the same port, because browsers use either.
 *
 * @returns the servers, one for each address, and where they listen.
 * @throws ReloadServerError that says what to do
 */
export async function listen(options: ListenOptions): Promise<{ servers: Server[]; listening: Listening }> {
  const { host, strictPort, keyPair } = options;
  const scheme = keyPair ? 'https' : 'http';
  const anyPort = options.port === 0;
  let port = options.port;
  for (let tries = 1; ; tries++) {
    try {
      const { servers, port: bound } = await bind(options, port);
      const url = `${scheme}://${hostInUrl(host)}:${bound}/`;
      const certificate = keyPair?.file === undefined ? {} : { certificateFile: keyPair.file };
      return { servers, listening: { url, host, port: bound, ...certificate } };
    } catch (error) {
      const failure =
        error instanceof ReloadServerError ? error : listenFailed(error as NodeJS.ErrnoException, host, port);
      const inUse = failure.code === 'port-in-use';
      if (!inUse || (strictPort && !anyPort) || tries === MAX_TRIES || port === 65_535) throw failure;
    }
    // With port 0, the port that was free on the first address may be in use on the second one: try again.
    if (!anyPort) port++;
  }
}

async function bind(
  { host, create, reserved }: ListenOptions,
  port: number,
): Promise<{ servers: Server[]; port: number }> {
  const backend = reserved?.get(port);
  if (backend !== undefined) throw portOfBackend(backend, port);
  const first = create();
  if (host !== 'localhost') return { servers: [first], port: await listenOn(first, { host, port }) };
  const bound = await listenOn(first, { host: '127.0.0.1', port });
  const second = create();
  try {
    await listenOn(second, { host: '::1', port: bound });
    return { servers: [first, second], port: bound };
  } catch (error) {
    // Without IPv6, a machine has one loopback address.
    if (NO_SUCH_ADDRESS.has((error as NodeJS.ErrnoException).code ?? ''))
      return { servers: [first], port: bound };
    first.close();
    throw error;
  }
}
