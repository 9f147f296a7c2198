import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  createServer,
  type Http2ServerResponse,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { Server } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { RequestOfHttp2, ResponseOfHttp2 } from './http2-messages.ts';

/** A request of HTTP/2 that looks like one of HTTP/1.1. */
export type Http2Request = IncomingMessage & { stream: ServerHttp2Stream };

export interface Http2Options {
  handle: (request: Http2Request, response: ServerResponse) => void;
  /** How long a connection may have no open request, in ms. */
  idleMs: number;
}

/** The maximum of requests without a response on one connection. Browsers queue the others. */
const MAX_STREAMS = 100;
/**
 * The maximum of bytes that wait on one connection, in MB, before Node rejects further requests. With 10, its default, a page with
 * a few large images would lose some of them.
 */
const MAX_SESSION_MB = 256;
/** How long a client may take to close its connection after the server has announced the end, in ms. */
const CLOSE_MS = 2_000;

/**
 * Handles the connections of an HTTPS server on which the client has chosen HTTP/2, which the server offers. All others stay the server's, WebSockets
 * among them: browsers open connections of their own for these.
 */
export function serveHttp2(server: Server, { handle, idleMs }: Http2Options): void {
  const http2 = createServer(
    {
      settings: { maxConcurrentStreams: MAX_STREAMS },
      maxSessionMemory: MAX_SESSION_MB,
      Http2ServerRequest: RequestOfHttp2,
      Http2ServerResponse: ResponseOfHttp2 as typeof Http2ServerResponse,
    },
    (request, response) => handle(request as unknown as Http2Request, response as unknown as ServerResponse),
  );
  http2.on('session', (session) => closeIdle(session, idleMs));
  const handleHttp1 = server.listeners('secureConnection');
  server.removeAllListeners('secureConnection');
  server.on('secureConnection', (socket: TLSSocket) => {
    if (socket.alpnProtocol === 'h2') http2.emit('connection', socket);
    else for (const listener of handleHttp1) listener.call(server, socket);
  });
}

/** Closes a session that has no open request for `idleMs`. It may be waiting for the rest of a head. */
function closeIdle(session: ServerHttp2Session, idleMs: number): void {
  let open = 0;
  let timer: NodeJS.Timeout;
  const wait = (): void => {
    timer = setTimeout(() => {
      session.close();
      timer = setTimeout(() => session.destroy(), CLOSE_MS).unref();
    }, idleMs).unref();
  };
  wait();
  session.on('stream', (stream) => {
    open++;
    clearTimeout(timer);
    stream.once('close', () => {
      open--;
      if (open === 0 && !session.destroyed) wait();
    });
  });
  session.once('close', () => clearTimeout(timer));
}
