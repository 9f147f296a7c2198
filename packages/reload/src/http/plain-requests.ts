import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { RequestGuard } from './request-guard.ts';
import { respondText } from './respond.ts';

/** The first byte of a TLS connection: the type of a handshake record (RFC 8446 §5.1). */
const TLS_HANDSHAKE = 22;

export interface PlainRequestsOptions {
  /** Whether a request names a known host. Its URL is only named then. */
  guard: Pick<RequestGuard, 'checkRequest'>;
  /** How long a connection may take until its first byte, and then for its request, in ms. */
  headMs: number;
}

/**
 * Redirects requests that arrive at the port of an HTTPS server without TLS to their https URL. The first byte of a connection
 * says which protocol it uses. [R1]
 *
 * @param server a server that has not accepted a connection yet.
 */
export function redirectPlainRequests(server: Server, { guard, headMs }: PlainRequestsOptions): Server {
  // The first listener is the one of TLS: later ones only record the connection.
  const [acceptTls] = server.listeners('connection') as ((socket: Socket) => void)[];
  server.off('connection', acceptTls!);
  const plain = createServer((request, response) => redirect(request, response, guard));
  server.prependListener('connection', (socket: Socket) => {
    const timer = setTimeout(() => socket.destroy(), headMs);
    const onError = (): void => void socket.destroy();
    socket.once('close', () => clearTimeout(timer));
    socket.on('error', onError);
    socket.once('readable', () => {
      const first = socket.read() as Buffer | null;
      if (first === null) return void socket.destroy();
      socket.unshift(first);
      socket.off('error', onError);
      if (first[0] !== TLS_HANDSHAKE) return void plain.emit('connection', socket);
      clearTimeout(timer);
      acceptTls!.call(server, socket);
    });
  });
  return server;
}

function redirect(
  request: IncomingMessage,
  response: ServerResponse,
  guard: PlainRequestsOptions['guard'],
): void {
  const rejection = guard.checkRequest(request);
  const headers = { Connection: 'close' };
  if (rejection) return respondText(response, rejection.status, rejection.problem, headers);
  const base = `https://${request.headers.host}`;
  const target = URL.canParse(request.url!, base) ? new URL(request.url!, base) : new URL(base);
  const url = base + target.pathname + target.search;
  respondText(response, 307, `this port uses HTTPS: open ${url}`, { ...headers, Location: url });
}
