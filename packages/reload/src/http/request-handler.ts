import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ClientRoutes } from './client-routes.ts';
import type { OwnHeaders } from './own-headers.ts';
import type { RequestGuard } from './request-guard.ts';
import { respondText } from './respond.ts';

type Handle = (request: IncomingMessage, response: ServerResponse) => void;

export interface RequestHandlerOptions {
  guard: RequestGuard;
  ownHeaders: OwnHeaders;
  routes: ClientRoutes;
  /** Called before `handle`. */
  onRequest: Handle;
  /** Handles what is not for the client. */
  handle: Handle;
}

/** Handles the requests of the tool's own port. */
export function createRequestHandler(options: RequestHandlerOptions): Handle {
  const { guard, ownHeaders, routes, onRequest, handle } = options;
  return (request, response) => {
    ownHeaders.set(response);
    const rejection = guard.checkRequest(request);
    if (rejection) {
      return respondText(response, rejection.status, rejection.problem, { Connection: 'close' });
    }
    if (routes(request, response)) return;
    onRequest(request, response);
    handle(request, response);
  };
}
