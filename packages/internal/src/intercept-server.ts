import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { decideUpgrades } from './decide-upgrades.ts';

/** Handles requests and upgrades of an HTTP server before the server's listeners. */
export interface Interceptor {
  /** Responds to a request, or returns `false` to pass it to the host. */
  request?: (request: IncomingMessage, response: ServerResponse) => boolean;
  /** Whether to accept an upgrade that a client offers. Otherwise it is the host's, or an ordinary request. */
  acceptsUpgrade: (request: IncomingMessage) => boolean;
  /** Serves an accepted upgrade. It owns the socket. */
  upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
}

type Emit = (this: Server, event: string, ...details: unknown[]) => boolean;

/**
 * Runs `interceptor` before all listeners of an HTTP server. The host's own listeners, added before or after, stay
 * unchanged: some of them may be WebSocket servers that reject all other paths.
 *
 * @returns A function that restores the server. It can be called twice.
 */
export function interceptServer(server: Server, interceptor: Interceptor): () => void {
  const { request: handleRequest, acceptsUpgrade, upgrade } = interceptor;
  const wrapped = Object.hasOwn(server, 'emit');
  const emit = server.emit as Emit;
  let active = true;

  const intercept: Emit = function (event, ...details) {
    if (active && event === 'request') {
      const [request, response] = details as [IncomingMessage, ServerResponse];
      if (handleRequest?.(request, response)) return true;
    } else if (active && event === 'upgrade') {
      const [request, socket, head] = details as [IncomingMessage, Duplex, Buffer];
      if (acceptsUpgrade(request)) {
        upgrade(request, socket, head);
        return true;
      }
    }
    return emit.call(this, event, ...details);
  };

  const restoreUpgrades = decideUpgrades(server, acceptsUpgrade);
  server.emit = intercept as Server['emit'];
  return () => {
    active = false;
    restoreUpgrades();
    // If another tool has wrapped `emit` since, it still calls `intercept`, which now passes all events on.
    if (server.emit !== intercept) return;
    if (wrapped) server.emit = emit as Server['emit'];
    else delete (server as Partial<Server>).emit;
  };
}

/**
 * Whether a request offers a WebSocket (RFC 6455 §4.2.1), and not another protocol such as h2c. A request with a body does
 * not count: an upgrade would lose the body.
 */
export function offersWebSocket({ method, headers }: IncomingMessage): boolean {
  const hasBody = headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
  return method === 'GET' && headers.upgrade?.toLowerCase() === 'websocket' && !hasBody;
}
