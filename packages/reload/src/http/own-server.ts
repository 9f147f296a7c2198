import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { Socket } from 'node:net';
import { interceptServer, type Interceptor } from '@live-online/internal/intercept-server';
import type { KeyPair } from './certificate.ts';
import type { Http2Request, serveHttp2 } from './http2-sessions.ts';

/**
 * The deadlines of a connection, in ms. The response of a backend and the upload to it have none, because both may be
 * meant to last.
 */
export interface Deadlines {
  /** Until the head of a request has arrived, counted from the connection. */
  headMs: number;
  /** Until the whole request has arrived, if the server does not pass bodies to a backend. */
  requestMs: number;
  /** Until a client that has stopped reading a response continues. */
  unreadMs: number;
  /** The interval of checks for late heads and requests. */
  checkMs: number;
}

export const DEADLINES: Readonly<Deadlines> = {
  headMs: 10_000,
  requestMs: 30_000,
  // Browsers do not read the rest of a video while it is paused, and request it again afterwards.
  unreadMs: 120_000,
  checkMs: 1_000,
};

/** The maximum of requests without a response on one connection. Browsers send the next request after the response. */
const MAX_PIPELINED = 16;

export interface OwnServerOptions extends Pick<Interceptor, 'acceptsUpgrade' | 'upgrade'> {
  handle: (request: IncomingMessage, response: ServerResponse) => void;
  /** Whether some requests go to a backend, with their bodies. */
  hasBackend: boolean;
  isForBackend: (request: IncomingMessage) => boolean;
  /** The key and the certificate of HTTPS, as PEM; HTTP if absent. */
  keyPair?: KeyPair | undefined;
  /** Serves HTTP/2 beside HTTP/1.1. It requires HTTPS: browsers use HTTP/2 with TLS only. */
  serveHttp2?: typeof serveHttp2 | undefined;
  deadlines: Readonly<Deadlines>;
  /** Contains every open connection, upgraded ones included. */
  connections: Set<Socket>;
}

/** Creates the HTTP server for a port of the tool. It ends connections that exceed a deadline. [R8] */
export function createOwnServer(options: OwnServerOptions): Server {
  const { handle, hasBackend, isForBackend, keyPair, serveHttp2, deadlines, connections, ...upgrades } =
    options;
  const { headMs, requestMs, unreadMs, checkMs } = deadlines;
  const pending = new WeakMap<Socket, number>();

  function handleRequest(request: IncomingMessage, response: ServerResponse): void {
    const { socket } = request;
    const count = (pending.get(socket) ?? 0) + 1;
    // Each response may take the memory of a whole file.
    if (count > MAX_PIPELINED) return void socket.destroy();
    pending.set(socket, count);
    response.once('close', () => pending.set(socket, pending.get(socket)! - 1));
    response.setTimeout(unreadMs, () => {
      // If nothing waits to be read, the response itself takes long.
      if (socket.writableLength > 0) socket.destroy();
    });
    if (hasBackend && !request.complete && !isForBackend(request)) limitBody(request);
    handle(request, response);
  }

  function handleHttp2Request(request: Http2Request, response: ServerResponse): void {
    // The callback of its `setTimeout` would run only once.
    request.stream.setTimeout(unreadMs);
    request.stream.on('timeout', () => {
      if (response.writableLength > 0) response.destroy();
    });
    if (!request.stream.endAfterHeaders && !isForBackend(request)) limitBody(request);
    handle(request, response);
  }

  /** With a backend, and with HTTP/2, Node has no deadline for bodies. */
  function limitBody(request: IncomingMessage): void {
    setTimeout(() => {
      if (!request.complete) request.destroy();
    }, requestMs).unref();
  }

  const settings = {
    headersTimeout: headMs,
    requestTimeout: hasBackend ? 0 : requestMs,
    connectionsCheckingInterval: checkMs,
  };
  const server: Server = keyPair
    ? createHttpsServer(
        {
          ...settings,
          key: keyPair.key,
          cert: keyPair.cert,
          handshakeTimeout: headMs,
          ALPNProtocols: [...(serveHttp2 ? ['h2'] : []), 'http/1.1'],
        },
        handleRequest,
      )
    : createServer(settings, handleRequest);
  if (keyPair) serveHttp2?.(server, { handle: handleHttp2Request, idleMs: headMs });
  server.on('connection', (socket) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
  });
  interceptServer(server, upgrades);
  return server;
}
