import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { nextTick } from 'node:process';
import type { Duplex } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import type { Server as Engine, ServerOptions, Socket as EngineSocket } from 'engine.io';
import { Server as SocketIoServer, type Socket as SocketIoSocket } from 'socket.io';
import { createBoundedEngine } from '@live-online/internal/bounded-engine';
import { limits, type CounterClientEvents, type CounterServerEvents } from '@live-online/protocol';
import { countReason } from '../core/stats.ts';
import type { Reservation } from './admission/handshake-guard.ts';
import { serveNamespace } from './namespace.ts';
import { FrameConnection, PacketConnection } from './socket-connections.ts';
import {
  JOIN_TIMEOUT_MS,
  type CounterTransport,
  type TransportName,
  type TransportOptions,
} from './transport.ts';

export interface SocketIoTransportOptions extends TransportOptions {
  transports: readonly TransportName[];
}

/** What stays of a handshake while its connection is open; its request does not. */
interface Handshake {
  /** Whether the request came as an upgrade; any request may have the header. */
  readonly isUpgrade: boolean;
  reservation: Reservation | undefined;
}

const ignoreError = (): void => {};
const NO_REQUEST = Object.freeze({}) as IncomingMessage;

/** Serves connections by stock Socket.IO. */
export class SocketIoTransport implements CounterTransport {
  readonly #options: SocketIoTransportOptions;
  readonly #engine: Engine;
  readonly #io = new SocketIoServer<CounterClientEvents, CounterServerEvents>({
    serveClient: false,
    connectTimeout: JOIN_TIMEOUT_MS,
  });
  /** The connections of all upgrades. */
  readonly #connections = new Set<Duplex>();
  readonly #handshakes = new WeakMap<IncomingMessage, Handshake>();
  #isLocked = false;

  constructor(options: SocketIoTransportOptions) {
    const { stats, bounds } = options;
    this.#options = options;
    const engine = createBoundedEngine(
      {
        ...engineOptions(options),
        allowRequest: (request, decide) => this.#admit(request, (ok) => decide(ok ? null : 'Forbidden', ok)),
      },
      { ...bounds, onTerminated: (reason) => countReason(stats.terminated, reason) },
    );
    this.#engine = engine;
    // Faster than Engine.IO's own ids, and as hard to guess.
    engine.generateId = () => randomUUID();
    engine.on('connection', (session: EngineSocket) => this.#sessionOpened(session));
    engine.on('connection_error', ({ req }: { req: IncomingMessage }) => {
      this.#handshakes.get(req)?.reservation?.release();
    });
    this.#serve();
  }

  handleRequest(request: IncomingMessage, response: ServerResponse): void {
    this.#options.beforeJoin();
    this.#engine.handleRequest(request, response);
  }

  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#options.beforeJoin();
    const handshake: Handshake = { isUpgrade: true, reservation: undefined };
    this.#handshakes.set(request, handshake);
    this.#connections.add(socket);
    socket.on('close', () => {
      this.#connections.delete(socket);
      handshake.reservation?.release();
    });
    const listeners = socket.listenerCount('close');
    this.#engine.handleUpgrade(request, socket, head);
    // Engine.IO's first listener only serves its middlewares, of which there are none, and would retain the request.
    const [retainsRequest] = socket.rawListeners('close').slice(listeners);
    if (retainsRequest) socket.off('close', retainsRequest as () => void);
  }

  lock(): void {
    this.#isLocked = true;
  }

  destroyConnections(): void {
    // Closing the sessions removes their members before this returns; sockets emit 'close' later.
    for (const { conn } of this.#io.of('/').sockets.values()) conn.close(true);
    for (const socket of this.#connections) socket.destroy();
  }

  async close(): Promise<void> {
    this.lock();
    await this.#io.close();
    // A client that vanished, or that does not answer the closing handshake, would hold its socket for long.
    const closed = [...this.#connections].map((socket) => new Promise((done) => socket.once('close', done)));
    await Promise.race([
      Promise.all(closed),
      setTimeout(this.#options.closeTimeoutMs, undefined, { ref: false }),
    ]);
    for (const socket of this.#connections) socket.destroy();
  }

  /** Decides on a handshake before it gets a session. */
  #admit(request: IncomingMessage, decide: (ok: boolean) => void): void {
    const { socket } = request;
    const { handshakeGuard } = this.#options;
    // A connection that is closed already would never release its place.
    const isRejected = this.#isLocked || socket.destroyed;
    const reservation = isRejected ? undefined : handshakeGuard.reserve(handshakeGuard.ticketOf(request));
    if (!reservation) return decide(false);
    let handshake = this.#handshakes.get(request);
    if (!handshake) this.#handshakes.set(request, (handshake = { isUpgrade: false, reservation }));
    handshake.reservation = reservation;
    const { isUpgrade } = handshake;
    const accept = (): void => {
      if (!isUpgrade) return decide(true);
      // The response to the upgrade, and Engine.IO's first packet, which follows one microtask later, leave in one
      // write: a write costs as much as the rest of the handshake.
      socket.cork();
      decide(true);
      queueMicrotask(() => socket.uncork());
    };
    if (!reservation.granted) return accept();
    // Without a listener an error would be thrown: Engine.IO does not have the socket yet.
    socket.on('error', ignoreError);
    void reservation.granted.then((granted) => (granted ? accept() : decide(false)));
  }

  /** A WebSocket's place is held as long as its TCP connection, a polling session's as long as the session. */
  #sessionOpened(session: EngineSocket): void {
    const { onEstablished } = this.#options;
    const { isUpgrade, reservation } = this.#handshakes.get(session.request)!;
    if (isUpgrade) return onEstablished(session.request.socket);
    session.once('close', reservation!.release);
    // By then its last poll is answered, and a WebSocket carries the session.
    session.once('upgrade', ({ socket }: { socket: { _socket: Duplex } }) => onEstablished(socket._socket));
  }

  #serve(): void {
    const io = this.#io;
    io.bind(this.#engine);
    serveNamespace(io.of('/'), {
      ...this.#options,
      createConnection: (socket, stats) =>
        this.#handshakes.get(socket.request)!.isUpgrade
          ? new FrameConnection(socket, stats)
          : new PacketConnection(socket, stats),
    });
    io.use((socket, next) => {
      // The CONNECT answer and the first total leave in one write: Socket.IO answers in the tick after next().
      const connection = socket.request.socket;
      connection.cork();
      next();
      nextTick(() => connection.uncork());
    });
    io.on('connection', ({ conn, handshake }) => forgetRequest(conn, handshake));
  }
}

function engineOptions({ transports, heartbeat }: SocketIoTransportOptions): ServerOptions {
  return {
    transports: [...transports],
    pingInterval: heartbeat.intervalMs,
    pingTimeout: heartbeat.timeoutMs,
    upgradeTimeout: JOIN_TIMEOUT_MS,
    maxHttpBufferSize: limits.maxClientMessageBytes,
    perMessageDeflate: false,
    httpCompression: false,
    allowEIO3: false,
    cookie: false,
    // Any site may embed the counter; the site list decides which are counted.
    ...(transports.includes('polling') && { cors: { origin: '*' } }),
  };
}

/**
 * Drops the request of a session that has joined: it may have 16 kB of headers, a session lasts for days, and nothing
 * reads it any more.
 */
function forgetRequest(session: EngineSocket, handshake: SocketIoSocket['handshake']): void {
  session.request = NO_REQUEST;
  Object.assign(handshake, { headers: {}, query: {}, auth: {}, url: '' });
}
