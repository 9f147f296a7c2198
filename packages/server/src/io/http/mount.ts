import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { pathOf } from '@live-online/internal/http/request-path';
import { respondText } from '@live-online/internal/http/respond-text';
import { offersWebSocket } from '@live-online/internal/intercept-server';
import type { CounterTransport } from '../transport.ts';
import { hasSession, type RequestGuard } from './request-guard.ts';
import type { Route, RouteTable } from './route.ts';
import { wasUpgrade } from './upgrade-headers.ts';

/** A counter below a path of an HTTP server. */
export interface Mount {
  /** With a slash at both ends. The counter serves everything below, the host everything else. */
  path: string;
  guard: RequestGuard;
  routes: RouteTable;
  transport: CounterTransport;
  /** Called for each request that was an upgrade before a proxy removed its headers. */
  onLostUpgrade?: () => void;
  /** Called if the host has another server for the same requests, on which the mount is not. */
  onSecondServer?: () => void;
}

export const notFound: Route = (_request, response) => respondText(response, 404, 'not found');

/** Whether a request below the mount's path is for the transport. */
export function isForSocket({ path }: Mount, request: IncomingMessage): boolean {
  return pathOf(request).startsWith('socket.io/', path.length);
}

/** Whether a request offers a WebSocket to the mount. */
export function acceptsUpgrade(mount: Mount, request: IncomingMessage): boolean {
  return pathOf(request).startsWith(mount.path) && isForSocket(mount, request) && offersWebSocket(request);
}

/** Answers a request below the mount's path. */
export function serveRequest(mount: Mount, request: IncomingMessage, response: ServerResponse): void {
  try {
    if (!mount.guard.request(request, response)) return;
    if (isForSocket(mount, request)) {
      if (wasUpgrade(request)) mount.onLostUpgrade?.();
      const isHandshake = request.method === 'GET' && !hasSession(request);
      if (isHandshake && !mount.guard.handshake(request, response)) return;
      mount.guard.poll(request, response);
      return mount.transport.handleRequest(request, response);
    }
    (mount.routes.get(pathOf(request).slice(mount.path.length)) ?? notFound)(request, response);
  } catch {
    respondText(response, 500, 'internal server error');
  }
}

/** Serves an upgrade that the mount accepts. The counter owns the socket. */
export function serveUpgrade(mount: Mount, request: IncomingMessage, socket: Duplex, head: Buffer): void {
  try {
    if (mount.guard.upgrade(request, socket)) mount.transport.handleUpgrade(request, socket, head);
  } catch {
    socket.destroy();
  }
}
