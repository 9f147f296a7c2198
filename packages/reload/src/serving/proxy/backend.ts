import {
  request as requestHttp,
  type ClientRequest,
  type IncomingMessage,
  type RequestOptions,
} from 'node:http';
import { request as requestHttps } from 'node:https';
import { BackendTimeout } from './backend-errors.ts';

/** Sends requests to one backend, and ends what is open when it closes. */
export interface Backend {
  /** Begins a request with the method and path of `request`; the caller sends its body. */
  request(request: IncomingMessage, headers: readonly (readonly [string, string])[]): ClientRequest;
  /** Destroys `thing` with the backend, unless it has been closed before. */
  track<Thing extends Closable>(thing: Thing): Thing;
  close(): void;
}

interface Closable {
  destroy(): unknown;
  once(event: 'close', done: () => void): unknown;
}

/** How long the backend may take to accept a connection, in ms. How long it takes to answer has no limit. */
const CONNECT_TIMEOUT_MS = 5_000;
const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;

export function createBackend(target: URL): Backend {
  const secure = target.protocol === 'https:';
  const open = new Set<Closable>();
  const settings: RequestOptions & { rejectUnauthorized?: boolean; autoSelectFamily: boolean } = {
    host: target.hostname.replace(/[[\]]/g, ''),
    port: target.port || (secure ? 443 : 80),
    setHost: false,
    // A connection for each request: an answer can never be taken for that of another request.
    agent: false,
    autoSelectFamily: true,
    // Certificates on this machine are self-signed.
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
          path: pathOf(request),
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

/** The path alone: a request that names another host does not get there. */
function pathOf({ url = '/' }: IncomingMessage): string {
  const path = url.replace(/^https?:\/\/[^/?#]*/i, '');
  return path.startsWith('/') || path === '*' ? path : `/${path}`;
}
