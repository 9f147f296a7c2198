import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { pathOf } from '@live-online/internal/http/request-path';
import { interceptServer, type Interceptor } from '@live-online/internal/intercept-server';
import { BASE, type ClientRoutes } from './http/client-routes.ts';
import type { RequestGuard } from './http/request-guard.ts';
import { respondText } from './http/respond.ts';
import { isForChannel } from './http/upgrades.ts';
import type { ReloadMiddleware } from './reload-server.ts';

export interface HostMiddlewareOptions {
  isClosed: () => boolean;
  guard: RequestGuard;
  routes: ClientRoutes;
  /** Handles upgrades for the client's socket. */
  upgrade: Interceptor['upgrade'];
  /** Prepares the response of the host for the client's tag. */
  handlePage: (request: IncomingMessage, response: ServerResponse) => void;
  /** Called with a function that restores a server of the host. */
  onIntercepted: (restore: () => void) => void;
}

/** The middleware for the app of a host. It finds the server of the host with the first request. */
export function createHostMiddleware(options: HostMiddlewareOptions): ReloadMiddleware {
  const { isClosed, guard, routes, upgrade, handlePage, onIntercepted } = options;
  const hosts = new WeakSet<Server>();
  return (request, response, next) => {
    // A middleware can find its server only through the undocumented property of its sockets.
    const { server } = request.socket as { server?: Server };
    if (isClosed() || !server) return next();
    if (!hosts.has(server)) {
      hosts.add(server);
      onIntercepted(interceptServer(server, { acceptsUpgrade: isForChannel, upgrade }));
    }
    // HTTP/2, which Vite uses with https, has the host in another header.
    request.headers.host ??= request.headers[':authority']?.toString();
    if (!pathOf(request).startsWith(BASE)) {
      handlePage(request, response);
      return next();
    }
    const rejection = guard.checkRequest(request);
    if (rejection) respondText(response, rejection.status, rejection.problem);
    else routes(request, response);
  };
}
