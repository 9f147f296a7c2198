import type { IncomingMessage } from 'node:http';

/** Body parsers of Express and others leave the body here. */
interface ParsedRequest extends IncomingMessage {
  body?: unknown;
}

type Listener = (this: IncomingMessage, chunk?: Buffer) => void;

/** Whether a body parser has read the body of a request, and has left neither its text nor its bytes. */
export function hasUnknownBody(request: IncomingMessage): boolean {
  return isConsumed(request) && bodyOf(request) === undefined;
}

/**
 * Replays a body that a body parser has read, from `request.body`, to the next listeners for 'data' and 'end': a stream is
 * read only once.
 */
export function replayBody(request: IncomingMessage): void {
  const body = isConsumed(request) ? bodyOf(request) : undefined;
  if (body === undefined) return;
  let read: Listener | undefined;
  request.on('newListener', function replay(event: string, listener: Listener) {
    if (event === 'data') read = listener;
    if (event !== 'end') return;
    request.off('newListener', replay);
    queueMicrotask(() => {
      read?.call(request, body);
      listener.call(request);
    });
  });
}

function isConsumed({ method, readableEnded }: IncomingMessage): boolean {
  return method === 'POST' && readableEnded;
}

/** As bytes: Engine.IO adds them up, from 6.6.13 on. */
function bodyOf({ body }: ParsedRequest): Buffer | undefined {
  if (typeof body === 'string') return Buffer.from(body);
  return Buffer.isBuffer(body) ? body : undefined;
}
