import { respondText } from '@live-online/internal/http/respond-text';
import type { Route } from './route.ts';

/** Liveness: answers 200 as long as the process runs. */
export const healthRoute: Route = (_request, response) => respondText(response, 200, 'ok');

/** Readiness: answers 503 once the server is draining or closing. */
export function readyRoute(isReady: () => boolean): Route {
  return (_request, response) =>
    isReady() ? respondText(response, 200, 'ready') : respondText(response, 503, 'closing');
}
