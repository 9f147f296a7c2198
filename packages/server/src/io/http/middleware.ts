import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import { respondText } from '@live-online/internal/http/respond-text';
import { pathOf } from '@live-online/internal/http/request-path';
import { offersWebSocket } from '@live-online/internal/intercept-server';
import { callInvalid } from '../../errors.ts';
import { hasUnknownBody, replayBody } from './consumed-body.ts';
import { isForSocket, notFound, serveRequest, type Mount } from './mount.ts';

/**
 * A middleware of Connect, Express and other frameworks that pass Node's own request and response. It answers requests below
 * the counter's path, and calls `next` for all others; without `next` it answers them with 404.
 */
export type CounterMiddleware = (
  request: IncomingMessage | Http2ServerRequest,
  response: ServerResponse | Http2ServerResponse,
  next?: () => void,
) => void;

/** Requests and responses of HTTP/2 have all that the counter uses of those of HTTP/1.1. */
type Http1Middleware = (request: MountedRequest, response: ServerResponse, next?: () => void) => void;

/** Frameworks add these to a request for a middleware below a path: its `url` lacks that path then. */
interface MountedRequest extends IncomingMessage {
  /** Connect, Express and Fastify. */
  originalUrl?: string;
  /** Express: the path that `url` lacks. */
  baseUrl?: string;
}

/**
 * Creates a middleware. [C10]
 *
 * @param mountNow the mount, or `undefined` when the counter is closed.
 * @param warn called with a mistake in the set-up, at the first request that shows it.
 */
export function createMiddleware(
  mountNow: () => Mount | undefined,
  warn: (mistake: string) => void,
): CounterMiddleware {
  const middleware: Http1Middleware = (request, response, next) => {
    checkArguments(request, response, next);
    const mount = mountNow();
    const url = request.originalUrl ?? request.url!;
    if (mount && pathOf({ url }).startsWith(mount.path)) {
      // Guard, routes and transport expect the whole URL, as without a framework.
      request.url = url;
      return serve(mount, request, response, warn);
    }
    if (mount && isMisplaced(mount, request)) warn(misplaced(mount.path, request.baseUrl!));
    if (next) next();
    else notFound(request, response);
  };
  return middleware as CounterMiddleware;
}

function checkArguments(request: unknown, response: unknown, next: unknown): void {
  const { url, headers } = (request ?? {}) as Partial<IncomingMessage>;
  const { writeHead } = (response ?? {}) as Partial<ServerResponse>;
  const isNext = next === undefined || typeof next === 'function';
  if (typeof url === 'string' && headers && typeof writeHead === 'function' && isNext) return;
  throw callInvalid(
    'counter.middleware() takes Node’s own (request, response, next): pass them on, ' +
      'in Fastify request.raw and reply.raw, in Koa context.req and context.res',
  );
}

function serve(
  mount: Mount,
  request: IncomingMessage,
  response: ServerResponse,
  warn: (mistake: string) => void,
): void {
  if (!isForSocket(mount, request)) return serveRequest(mount, request, response);
  const fail = (mistake: string): void => {
    warn(mistake);
    if (mount.guard.request(request, response))
      respondText(response, 500, 'the set-up of the counter is incomplete');
  };
  if (offersWebSocket(request)) return fail(NO_UPGRADES);
  if (hasUnknownBody(request)) return fail(BODY_CONSUMED);
  replayBody(request);
  serveRequest(mount, request, response);
}

/** Node and some frameworks pass upgrades without a listener of their own as ordinary requests. */
const NO_UPGRADES =
  'a WebSocket has reached counter.middleware() as an ordinary request: call counter.attach(server) as well, ' +
  'or counter.handleUpgrade(request, socket, head) for each "upgrade" event of the server';
const BODY_CONSUMED =
  'a body parser has read a request before counter.middleware(): add the middleware before all body parsers';

/** Whether a request that is not below the mount's path would be one of its own without the framework's path. */
function isMisplaced(mount: Mount, { url, baseUrl }: MountedRequest): boolean {
  // Express compares paths without regard to case.
  if (!baseUrl || mount.path.toLowerCase().startsWith(`${baseUrl}/`.toLowerCase())) return false;
  const route = pathOf({ url }).slice(1);
  return mount.routes.get(route) !== undefined || route.startsWith('socket.io/');
}

function misplaced(path: string, baseUrl: string): string {
  return (
    `counter.middleware() is used below "${baseUrl}", and serves "${path}" only: ` +
    `create the counter with the option path: "${baseUrl}/", or use the middleware without a path`
  );
}
