import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { decideUpgrades } from './decide-upgrades.ts';

/** What is taken from an HTTP server before any of its listeners sees it. */
export interface Interceptor {
  /** Answers a request, or returns `false` for one that is the host's. */
  request?: (request: IncomingMessage, response: ServerResponse) => boolean;
  /** Whether an upgrade that a client offers is taken. One that is not is the host's, or an ordinary request. */
  takesUpgrade: (request: IncomingMessage) => boolean;
  /** Serves an upgrade that was taken. It owns the socket. */
  upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
}

type Emit = (this: Server, event: string, ...details: unknown[]) => boolean;

/**
 * Puts `interceptor` in front of whatever an HTTP server does by itself. Listeners that the host adds, before or
 * after, stay where they are: among them may be WebSocket servers that reject every path but their own.
 *
 * @returns a function that leaves the server as it was found. It may be called twice.
 */
export function interceptServer(server: Server, interceptor: Interceptor): () => void {
  const { request: answers, takesUpgrade, upgrade } = interceptor;
  const wrapped = Object.hasOwn(server, 'emit');
  const emit = server.emit as Emit;
  let active = true;

  const intercept: Emit = function (event, ...details) {
    if (active && event === 'request') {
      const [request, response] = details as [IncomingMessage, ServerResponse];
      if (answers?.(request, response)) return true;
    } else if (active && event === 'upgrade') {
      const [request, socket, head] = details as [IncomingMessage, Duplex, Buffer];
      if (takesUpgrade(request)) {
        upgrade(request, socket, head);
        return true;
      }
    }
    return emit.call(this, event, ...details);
  };

  const leaveUpgrades = decideUpgrades(server, takesUpgrade);
  server.emit = intercept as Server['emit'];
  return () => {
    active = false;
    leaveUpgrades();
    // A tool that has wrapped the server after us keeps our function, which passes everything on from now on.
    if (server.emit !== intercept) return;
    if (wrapped) server.emit = emit as Server['emit'];
    else delete (server as Partial<Server>).emit;
  };
}

/**
 * Whether a request offers a WebSocket (RFC 6455, 4.2.1), and not another protocol such as h2c. One with a body does not: as an
 * upgrade it would be served without the body.
 */
export function offersWebSocket({ method, headers }: IncomingMessage): boolean {
  const hasBody = headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
  return method === 'GET' && headers.upgrade?.toLowerCase() === 'websocket' && !hasBody;
}
