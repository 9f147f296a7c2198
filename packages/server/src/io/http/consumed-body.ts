import type { IncomingMessage } from 'node:http';

/** Body parsers of Express and others leave the body here. */
interface ParsedRequest extends IncomingMessage {
  body?: unknown;
}

/** Whether a body parser has read the body of a request, and has left neither its text nor its bytes. */
export function hasUnknownBody(request: IncomingMessage): boolean {
  return isConsumed(request) && bodyOf(request) === undefined;
}

/**
 * Calls `serve`. If a body parser has read the body, the listeners that `serve` adds receive it from `request.body`: a stream
 * is read only once.
 */
export function replayBody(request: IncomingMessage, serve: () => void): void {
  const body = isConsumed(request) ? bodyOf(request) : undefined;
  if (body === undefined) return serve();
  const earlier = new Set([...request.listeners('data'), ...request.listeners('end')]);
  serve();
  for (const [event, ...details] of [['data', body], ['end']] as const) {
    for (const listener of request.listeners(event)) {
      if (!earlier.has(listener)) listener.call(request, ...details);
    }
  }
}

function isConsumed({ method, readableEnded }: IncomingMessage): boolean {
  return method === 'POST' && readableEnded;
}

function bodyOf({ body }: ParsedRequest): string | Buffer | undefined {
  return typeof body === 'string' || Buffer.isBuffer(body) ? body : undefined;
}
