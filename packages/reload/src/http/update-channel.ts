import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import { Server as SocketIoServer, type ExtendedError } from 'socket.io';
import { createBoundedEngine } from '@live-online/internal/bounded-engine';
import { isSameSecret } from '@live-online/internal/same-secret';
import {
  limits,
  parseReloadHandshake,
  type ContentVersion,
  type ReloadClientEvents,
  type ReloadRejectionCode,
  type ReloadServerEvents,
  type ReloadUpdate,
} from '@live-online/protocol';

/** A page that is open somewhere. */
export interface OpenPage {
  /** The name under which the document it was given is remembered. */
  readonly page: string | undefined;
  /** The file that it was made from, where that is known; remembered for as long as the page is open. */
  readonly file: string | undefined;
}

/** The way to every open page. It says what has changed, and reads nothing that pages say. [R8] */
export interface UpdateChannel {
  /** Takes an upgrade that the door has let through. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Sends each page the update that `decide` returns for it, and returns all of them. */
  broadcast(decide: (page: OpenPage) => ReloadUpdate): ReloadUpdate[];
  /** Tells every page where the content stands. */
  broadcastVersion(version: ContentVersion): void;
  close(): Promise<void>;
}

export interface UpdateChannelOptions {
  path: string;
  token: string;
  version: () => ContentVersion;
  /** The file that a remembered page was made from. */
  fileOf: (page: string) => string | undefined;
}

/** A laptop that slept is noticed soon, and a page that is debugged for minutes finds back by itself. */
const PING_INTERVAL_MS = 10_000;
const PING_TIMEOUT_MS = 10_000;
const HANDSHAKE_TIMEOUT_MS = 5_000;
const SOCKETS_CLOSE_TIMEOUT_MS = 200;
/** Several updates with the texts of their files, for a page that does not read them for a while. */
const MAX_WAITING_BYTES = 4 << 20;
/** A page sends a CONNECT, and answers a heartbeat now and then. */
const PACKETS = { burst: 20, perSecond: 1 };
const CLOSE_TIMEOUT_MS = 2_000;

export function createUpdateChannel({ path, token, version, fileOf }: UpdateChannelOptions): UpdateChannel {
  const connections = new Set<Duplex>();
  const engine = createBoundedEngine(
    {
      transports: ['websocket'],
      pingInterval: PING_INTERVAL_MS,
      pingTimeout: PING_TIMEOUT_MS,
      maxHttpBufferSize: limits.maxClientMessageBytes,
      perMessageDeflate: false,
      cookie: false,
    },
    {
      maxWaitingBytes: MAX_WAITING_BYTES,
      packets: PACKETS,
      closeTimeoutMs: CLOSE_TIMEOUT_MS,
      // A page that was cut off connects again, and loads itself again if something has changed.
      onTerminated() {},
    },
  );
  const io = new SocketIoServer<ReloadClientEvents, ReloadServerEvents, object, OpenPage>({
    serveClient: false,
    connectTimeout: HANDSHAKE_TIMEOUT_MS,
    path,
  });
  io.bind(engine);

  io.use((socket, next) => {
    const parsed = parseReloadHandshake(socket.handshake.auth);
    if (!parsed.ok) return next(rejection(parsed.code, parsed.problem));
    const { token: shown, page } = parsed.handshake;
    if (!isSameSecret(shown, token)) {
      return next(
        rejection('token-wrong', 'this page belongs to another project or an earlier start: reload it'),
      );
    }
    socket.data = { page, file: page === undefined ? undefined : fileOf(page) };
    next();
  });
  io.on('connection', (socket) => {
    // Pages have nothing to say: a middleware that never goes on keeps any event from being dispatched.
    socket.use(() => {});
    socket.on('error' as never, (() => {}) as never);
    socket.emit('version', version());
  });

  return {
    handleUpgrade(request, socket, head) {
      connections.add(socket);
      socket.on('close', () => connections.delete(socket));
      engine.handleUpgrade(request, socket, head);
    },
    broadcast(decide) {
      const sent: ReloadUpdate[] = [];
      for (const socket of io.of('/').sockets.values()) {
        const update = decide(socket.data);
        socket.emit('update', update);
        sent.push(update);
      }
      return sent;
    },
    broadcastVersion(current) {
      io.emit('version', current);
    },
    async close() {
      await io.close();
      const gone = [...connections].map((socket) => new Promise((resolve) => socket.once('close', resolve)));
      await Promise.race([
        Promise.all(gone),
        setTimeout(SOCKETS_CLOSE_TIMEOUT_MS, undefined, { ref: false }),
      ]);
      for (const socket of connections) socket.destroy();
    },
  };
}

function rejection(code: ReloadRejectionCode, problem: string): ExtendedError {
  const error: ExtendedError = new Error(problem);
  error.data = { code };
  return error;
}
