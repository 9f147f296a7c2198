import {
  request as requestHttp,
  type ClientRequest,
  type IncomingMessage,
  type RequestOptions,
} from 'node:http';
import { request as requestHttps } from 'node:https';
import { withoutAuthority } from '@live-online/internal/http/request-path';
import { addressOf } from './backend-address.ts';
import { BackendTimeout } from './backend-errors.ts';

/** Sends requests to one backend. `close` destroys everything that is open. */
export interface Backend {
  /** Starts a request with the method and path of `request`. The caller sends its body. */
  request(request: IncomingMessage, headers: readonly (readonly [string, string])[]): ClientRequest;
  /** Destroys `thing` when the backend is closed. */
  track<Thing extends Closable>(thing: Thing): Thing;
  close(): void;
}

interface Closable {
  destroy(): unknown;
  once(event: 'close', done: () => void): unknown;
}

/** How long the backend may take to accept a connection, in ms. Its response has no deadline. */
const CONNECT_TIMEOUT_MS = 5_000;
/** A hostname of this machine. */
export const LOOPBACK: RegExp = /^(localhost|127(\.\d+){3}|\[::1\])$/;

export function createBackend(target: URL): Backend {
  const secure = target.protocol === 'https:';
  const open = new Set<Closable>();
  const settings: RequestOptions & { rejectUnauthorized?: boolean } = {
    ...addressOf(target),
    setHost: false,
    // A new connection for each request, so that no response can be taken for that of another request.
    agent: false,
    // Certificates of this machine are self-signed.
    ...(secure && LOOPBACK.test(target.hostname) && { rejectUnauthorized: false }),
  };

  function track<Thing extends Closable>(thing: Thing): Thing {
    open.add(thing);
    thing.once('close', () => open.delete(thing));
    return thing;
  }

  return {
    track,
    request(request, headers) {
      const sent = track(
        (secure ? requestHttps : requestHttp)({
          ...settings,
          method: request.method ?? 'GET',
          path: targetOf(request),
          headers: headers.flat(),
        }),
      );
      sent.setNoDelay(true);
      limitConnectTime(sent, secure ? 'secureConnect' : 'connect');
      return sent;
    },
    close() {
      for (const thing of open) thing.destroy();
    },
  };
}

function limitConnectTime(sent: ClientRequest, connected: 'connect' | 'secureConnect'): void {
  const timer = setTimeout(() => sent.destroy(new BackendTimeout()), CONNECT_TIMEOUT_MS);
  const stop = (): void => clearTimeout(timer);
  sent.once('socket', (socket) => {
    socket.once(connected, stop);
    socket.once('close', stop);
  });
  sent.once('close', stop);
}

/** Path and query. A request that names another host goes to the backend, too. */
function targetOf({ url = '/' }: IncomingMessage): string {
  const path = withoutAuthority(url);
  return path.startsWith('/') || path === '*' ? path : `/${path}`;
}
