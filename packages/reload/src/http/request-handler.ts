import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ClientRoutes } from './client-routes.ts';
import type { RequestGuard } from './request-guard.ts';
import { respondText } from './respond.ts';

type Handle = (request: IncomingMessage, response: ServerResponse) => void;

export interface RequestHandlerOptions {
  guard: RequestGuard;
  routes: ClientRoutes;
  /** Called before `handle`. */
  onRequest: Handle;
  /** Handles what is not for the client. */
  handle: Handle;
}

/** Handles the requests of the tool's own port. */
export function createRequestHandler({ guard, routes, onRequest, handle }: RequestHandlerOptions): Handle {
  return (request, response) => {
    const rejection = guard.checkRequest(request);
    if (rejection) {
      return respondText(response, rejection.status, rejection.problem, { Connection: 'close' });
    }
    if (routes(request, response)) return;
    onRequest(request, response);
    handle(request, response);
  };
}
