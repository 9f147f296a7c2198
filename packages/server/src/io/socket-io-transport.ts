import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { nextTick } from 'node:process';
import type { Duplex } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import type { Socket as EngineSocket } from 'engine.io';
import { Server as SocketIoServer, type Socket as SocketIoSocket } from 'socket.io';
import { createBoundedEngine } from '@live-online/internal/bounded-engine';
import { limits, type CounterClientEvents, type CounterServerEvents } from '@live-online/protocol';
import { countReason } from '../core/stats.ts';
import type { Entry } from './admission/handshake-guard.ts';
import { serveNamespace, type NamespaceOptions } from './namespace.ts';
import { FrameConnection, PacketConnection } from './socket-connections.ts';
import type { TransportBounds, TransportName, CounterTransport } from './transport.ts';

/** How clients are asked whether they are there: one that vanished is noticed after at most the sum of the two. [C8] */
export interface Heartbeat {
  intervalMs: number;
  timeoutMs: number;
}

/** 12.5 s. */
export const DEFAULT_HEARTBEAT: Heartbeat = { intervalMs: 7_500, timeoutMs: 5_000 };
/** How long a session may stay without a CONNECT, and an upgrade without its probe. */
const HANDSHAKE_TIMEOUT_MS = 5_000;

export interface SocketIoTransportOptions extends Pick<
  NamespaceOptions,
  'counter' | 'door' | 'stats' | 'beforeArrival'
> {
  transports: readonly TransportName[];
  bounds: TransportBounds;
  /** How long a connection may take to say goodbye at the end before it is cut, in ms. */
  goodbyeMs: number;
  heartbeat?: Heartbeat | undefined;
  /** Called with each connection that carries a session from then on. */
  onEstablished?: (connection: Duplex) => void;
}

const ignoreError = (): void => {};
const NO_REQUEST = Object.freeze({}) as IncomingMessage;

/** What is remembered of an upgrade for as long as its connection is there. */
interface Upgrade {
  place: Entry | undefined;
}

/**
 * A request may have 16 kB of headers and a session lasts for days: nothing of it is needed any more once the
 * connection has joined.
 */
function forgetRequest(session: EngineSocket, handshake: SocketIoSocket['handshake']): void {
  session.request = NO_REQUEST;
  Object.assign(handshake, { headers: {}, query: {}, auth: {}, url: '' });
}

/** Visitors on stock Socket.IO. */
export function createSocketIoTransport(options: SocketIoTransportOptions): CounterTransport {
  const {
    door,
    stats,
    transports,
    bounds,
    goodbyeMs,
    heartbeat = DEFAULT_HEARTBEAT,
    onEstablished,
  } = options;
  const connections = new Set<Duplex>();
  // Known by who handed them in: the header alone can stand in any request.
  const upgrades = new WeakMap<IncomingMessage, Upgrade>();
  const pollingPlaces = new WeakMap<IncomingMessage, Entry>();
  let isLocked = false;

  function allowRequest(request: IncomingMessage, decide: (error: string | null, ok: boolean) => void): void {
    // A connection that closed meanwhile would never give its place back.
    const place = isLocked || request.socket.destroyed ? undefined : door.knock(request);
    if (!place) return decide('Forbidden', false);
    const upgrade = upgrades.get(request);
    if (upgrade) upgrade.place = place;
    else pollingPlaces.set(request, place);
    const enter = (): void => {
      if (!upgrade) return decide(null, true);
      // The answer to the upgrade and Engine.IO's first packet, which follows one microtask later, leave in one
      // write: a write costs as much as all the rest of a handshake's bookkeeping.
      request.socket.cork();
      decide(null, true);
      queueMicrotask(() => request.socket.uncork());
    };
    if (!place.granted) return enter();
    // Nobody else listens to the socket until Engine.IO has it.
    request.socket.on('error', ignoreError);
    void place.granted.then((granted) => (granted ? enter() : decide('Forbidden', false)));
  }

  const engine = createBoundedEngine(
    {
      transports: [...transports],
      pingInterval: heartbeat.intervalMs,
      pingTimeout: heartbeat.timeoutMs,
      upgradeTimeout: HANDSHAKE_TIMEOUT_MS,
      maxHttpBufferSize: limits.maxClientMessageBytes,
      perMessageDeflate: false,
      httpCompression: false,
      allowEIO3: false,
      cookie: false,
      // Any site may embed the counter; which ones are counted is decided by their Origin.
      ...(transports.includes('polling') && { cors: { origin: '*' } }),
      allowRequest,
    },
    {
      ...bounds,
      onTerminated: (reason) => countReason(stats.terminated, reason),
    },
  );
  // Faster than Engine.IO's own, and as hard to guess.
  engine.generateId = () => randomUUID();
  // A WebSocket's place is held as long as its TCP connection, a polling session's as long as the session.
  engine.on('connection', (session: EngineSocket) => {
    const place = pollingPlaces.get(session.request);
    if (!place) return onEstablished?.(session.request.socket);
    session.once('close', place.release);
    // Its poll is answered by then, and a WebSocket has taken over.
    session.once('upgrade', ({ socket }: { socket: { _socket: Duplex } }) => onEstablished?.(socket._socket));
  });
  engine.on('connection_error', ({ req }: { req: IncomingMessage }) => {
    (upgrades.get(req)?.place ?? pollingPlaces.get(req))?.release();
  });

  const io = new SocketIoServer<CounterClientEvents, CounterServerEvents>({
    serveClient: false,
    connectTimeout: HANDSHAKE_TIMEOUT_MS,
  });
  io.bind(engine);
  serveNamespace(io.of('/'), {
    ...options,
    createConnection: (socket, stats) =>
      upgrades.has(socket.request) ? new FrameConnection(socket, stats) : new PacketConnection(socket, stats),
  });
  io.use((socket, next) => {
    // The CONNECT answer and the first total leave in one write: Socket.IO answers in the tick after next().
    const connection = socket.request.socket;
    connection.cork();
    next();
    nextTick(() => connection.uncork());
  });
  io.on('connection', ({ conn, handshake }) => forgetRequest(conn, handshake));

  return {
    handleRequest(request, response) {
      options.beforeArrival?.();
      engine.handleRequest(request, response);
    },
    handleUpgrade(request, socket, head) {
      options.beforeArrival?.();
      const upgrade: Upgrade = { place: undefined };
      upgrades.set(request, upgrade);
      connections.add(socket);
      socket.on('close', () => {
        connections.delete(socket);
        upgrade.place?.release();
      });
      const listeners = socket.listenerCount('close');
      engine.handleUpgrade(request, socket, head);
      // The first one tells middlewares of Engine.IO, none of which here listens, and would keep the request alive.
      const [keepsRequest] = socket.rawListeners('close').slice(listeners);
      if (keepsRequest) socket.off('close', keepsRequest as () => void);
    },
    lock() {
      isLocked = true;
    },
    cut() {
      // Their visitors have left when this returns; the sockets, some of which look alive, follow.
      for (const { conn } of io.of('/').sockets.values()) conn.close(true);
      for (const socket of connections) socket.destroy();
    },
    async close() {
      isLocked = true;
      await io.close();
      // A client that is gone, or does not answer a WebSocket's closing handshake, would hold its socket for long.
      const gone = Promise.all(
        [...connections].map((socket) => new Promise((resolve) => socket.once('close', resolve))),
      );
      await Promise.race([gone, setTimeout(goodbyeMs, undefined, { ref: false })]);
      for (const socket of connections) socket.destroy();
    },
  };
}
