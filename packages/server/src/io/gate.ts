import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { notFound, respondText } from './http/respond.ts';
import type { RouteTable } from './http/route.ts';
import type { VisitorTransport } from './transport.ts';

type RequestListener = (request: IncomingMessage, response: ServerResponse) => void;

export interface GateOptions {
  /** Where the counter lives, with a slash at both ends. Everything below is its own, everything else the host's. */
  path: string;
  routes: RouteTable;
  transport: VisitorTransport;
}

/**
 * Puts the counter in front of an HTTP server's own listeners. [C10]
 *
 * @returns the undo, which leaves the server as it was found.
 */
export function openGate(server: Server, { path, routes, transport }: GateOptions): () => void {
  const socketPath = `${path}socket.io/`;
  const hosts = server.listeners('request') as RequestListener[];

  function onRequest(this: Server, request: IncomingMessage, response: ServerResponse): void {
    const pathname = pathOf(request);
    if (!pathname.startsWith(path)) {
      for (const listener of hosts) listener.call(server, request, response);
      return;
    }
    try {
      if (pathname.startsWith(socketPath)) return transport.handleRequest(request, response);
      (routes.get(pathname.slice(path.length)) ?? notFound)(request, response);
    } catch {
      respondText(response, 500, 'something went wrong on the server');
    }
  }

  function onUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const pathname = pathOf(request);
    if (pathname.startsWith(socketPath)) return transport.handleUpgrade(request, socket, head);
    // Upgrades elsewhere are the host's, unless nobody but us listens for any: then they would hang.
    if (pathname.startsWith(path) || server.listenerCount('upgrade') === 1) refuseUpgrade(socket);
  }

  server.removeAllListeners('request');
  server.on('request', onRequest);
  server.on('upgrade', onUpgrade);
  return () => {
    server.off('upgrade', onUpgrade);
    server.off('request', onRequest);
    for (const listener of hosts) server.on('request', listener);
  };
}

function pathOf(request: IncomingMessage): string {
  return (request.url ?? '/').split('?', 1)[0]!;
}

function refuseUpgrade(socket: Duplex): void {
  socket.on('error', () => {});
  socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
}
