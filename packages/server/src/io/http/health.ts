import { respondText } from '@live-online/internal/http/respond-text';
import type { Route } from './route.ts';

/** Whether the process answers at all. */
export const healthRoute: Route = (_request, response) => respondText(response, 200, 'ok');

/** Whether visitors should be sent here: not any more once the server is closing. */
export function readyRoute(isReady: () => boolean): Route {
  return (_request, response) =>
    isReady() ? respondText(response, 200, 'ready') : respondText(response, 503, 'closing');
}
