import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { pathOf } from '@live-online/internal/http/request-path';
import { interceptServer } from '@live-online/internal/intercept-server';
import { BASE, type ClientRoutes } from './client-routes.ts';
import type { RequestGuard } from './request-guard.ts';
import type { OwnHeaders } from './own-headers.ts';
import { respondText } from './respond.ts';
import { createUpgradeHandler, isForChannel, type ClientSockets } from './upgrades.ts';

type Middleware = (request: IncomingMessage, response: ServerResponse, next: () => void) => void;

export interface HostMiddlewareOptions {
  guard: RequestGuard;
  sockets: ClientSockets;
  routes: ClientRoutes;
  ownHeaders: OwnHeaders;
  /** Called before the host responds to a request. */
  onRequest: (request: IncomingMessage, response: ServerResponse) => void;
  /** Called with a function that removes the middleware from a server of the host. */
  onAttached: (detach: () => void) => void;
  isClosed: () => boolean;
}

/** Responds to the client's requests in a host app, and leaves all others to the host. */
export function createHostMiddleware(options: HostMiddlewareOptions): Middleware {
  const { guard, sockets, routes, ownHeaders, onRequest, onAttached, isClosed } = options;
  const hosts = new WeakSet<Server>();
  return (request, response, next) => {
    // A middleware can find its server only through the undocumented property of its sockets.
    const { server } = request.socket as { server?: Server };
    if (isClosed() || !server) return next();
    if (!hosts.has(server)) {
      hosts.add(server);
      const upgrade = createUpgradeHandler(guard, sockets);
      onAttached(interceptServer(server, { acceptsUpgrade: isForChannel, upgrade }));
    }
    // HTTP/2, which Vite uses with https, has the host in another header.
    request.headers.host ??= request.headers[':authority']?.toString();
    if (!pathOf(request).startsWith(BASE)) {
      onRequest(request, response);
      ownHeaders.hook(response);
      return next();
    }
    ownHeaders.set(response);
    const rejection = guard.checkRequest(request);
    if (rejection) respondText(response, rejection.status, rejection.problem);
    else routes(request, response);
  };
}
