import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { interceptServer, type Interceptor } from '@live-online/internal/intercept-server';

/**
 * How long a connection may last that gets nowhere, in ms. What a backend takes to answer, and a client to send it a body,
 * has no deadline: both may be meant to last.
 */
export interface Deadlines {
  /** Until the head of a request has arrived, also of one that has not begun. */
  headMs: number;
  /** Until all of a request has arrived where none has a body that is wanted. */
  requestMs: number;
  /** Until a client reads on that has stopped reading its answer. */
  unreadMs: number;
  /** How often it is looked for heads and requests that are late. */
  checkMs: number;
}

export const DEADLINES: Readonly<Deadlines> = {
  headMs: 10_000,
  requestMs: 30_000,
  // Browsers leave the rest of a video unread while it is paused, and ask for it again.
  unreadMs: 120_000,
  checkMs: 1_000,
};

/** How many requests may wait for their answers on one connection. Browsers send the next one after the answer. */
const MAX_PIPELINED = 16;

export interface OwnServerOptions extends Pick<Interceptor, 'takesUpgrade' | 'upgrade'> {
  answer: (request: IncomingMessage, response: ServerResponse) => void;
  /** Whether bodies of requests are wanted: those that go to a backend. */
  takesBodies: boolean;
  deadlines: Readonly<Deadlines>;
  /** Gets every connection for as long as it is open, also those that have been upgraded. */
  connections: Set<Socket>;
}

/** The HTTP server of a port of the tool's own. A connection without a session ends by itself if it gets nowhere. [R8] */
export function createOwnServer(options: OwnServerOptions): Server {
  const { answer, takesBodies, deadlines, connections, ...upgrades } = options;
  const { headMs, requestMs, unreadMs, checkMs } = deadlines;
  const waiting = new WeakMap<Socket, number>();

  function answerInTurn(request: IncomingMessage, response: ServerResponse): void {
    const { socket } = request;
    const count = (waiting.get(socket) ?? 0) + 1;
    // Each may cost the memory of a whole file.
    if (count > MAX_PIPELINED) return void socket.destroy();
    waiting.set(socket, count);
    response.once('close', () => waiting.set(socket, waiting.get(socket)! - 1));
    response.setTimeout(unreadMs, () => {
      // Where nothing is waiting to be read, it is the answer that takes its time.
      if (socket.writableLength > 0) socket.destroy();
    });
    answer(request, response);
  }

  const server = createServer(
    {
      headersTimeout: headMs,
      requestTimeout: takesBodies ? 0 : requestMs,
      connectionsCheckingInterval: checkMs,
    },
    answerInTurn,
  );
  server.on('connection', (socket) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
  });
  interceptServer(server, upgrades);
  return server;
}
