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
  type ReloadOverlay,
  type ReloadRejectionCode,
  type ReloadServerEvents,
  type ReloadUpdate,
} from '@live-online/protocol';

/** An open page. */
export interface OpenPage {
  /** The id of the document that the page was loaded with. */
  readonly page: string | undefined;
  /** The file that the document was made from, if known. It is kept while the page is open. */
  readonly file: string | undefined;
  /** The path at which it was requested, if known. */
  readonly path: string | undefined;
  readonly address: string;
  readonly userAgent: string;
  /** When it connected, in ms since 1970. */
  readonly since: number;
}

/** Sends updates to all open pages. It ignores what pages send. [R8] */
export interface UpdateChannel {
  /** Handles an upgrade that the request guard has accepted. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** All open pages. */
  pages(): OpenPage[];
  /** Sends each page the update that `decide` returns for it, and returns all of them. */
  broadcast(decide: (page: OpenPage) => ReloadUpdate): ReloadUpdate[];
  /** Sends each page the version of the content. */
  broadcastVersion(version: ContentVersion): void;
  /** Sends each page a problem to show, or `null` when it has ended. */
  broadcastOverlay(overlay: ReloadOverlay | null): void;
  close(): Promise<void>;
}

export interface UpdateChannelOptions {
  path: string;
  token: string;
  version: () => ContentVersion;
  /** The problem that pages show. */
  overlay: () => ReloadOverlay | null;
  /** Where a served document came from. */
  originOf: (page: string) => { file: string | undefined; path: string | undefined } | undefined;
  /** Called when a page reports that a service worker has answered with a stored copy of it. */
  onCached: (worker: string) => void;
}

/** Short, so that a laptop that has slept reconnects soon. A page that stops in a debugger for longer reconnects afterwards. */
const PING_INTERVAL_MS = 10_000;
const PING_TIMEOUT_MS = 10_000;
const HANDSHAKE_TIMEOUT_MS = 5_000;
const SOCKETS_CLOSE_TIMEOUT_MS = 200;
/** Enough for several updates with texts of files while a page does not read. */
const MAX_WAITING_BYTES = 4 << 20;
/** A page sends only a CONNECT and the answers to heartbeats. */
const PACKETS = { burst: 20, perSecond: 1 };
const CLOSE_TIMEOUT_MS = 2_000;

export function createUpdateChannel(options: UpdateChannelOptions): UpdateChannel {
  const { path, token, version, overlay, originOf, onCached } = options;
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
      // The page reconnects, and reloads if something has changed.
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
    const { token: sent, page, cachedBy } = parsed.handshake;
    if (!isSameSecret(sent, token)) {
      return next(
        rejection(
          'token-wrong',
          'the page has the token of another project or of an earlier start: reload it',
        ),
      );
    }
    if (cachedBy !== undefined) onCached(cachedBy);
    const { file, path: requested } = (page === undefined ? undefined : originOf(page)) ?? {};
    const { address, headers } = socket.handshake;
    const userAgent = headers['user-agent'] ?? '';
    socket.data = { page, file, path: requested, address, userAgent, since: Date.now() };
    next();
  });
  io.on('connection', (socket) => {
    // A middleware that does not call `next` discards all events that pages send.
    socket.use(() => {});
    socket.on('error' as never, (() => {}) as never);
    socket.emit('version', version());
    const problem = overlay();
    if (problem) socket.emit('overlay', problem);
  });

  return {
    handleUpgrade(request, socket, head) {
      connections.add(socket);
      socket.on('close', () => connections.delete(socket));
      engine.handleUpgrade(request, socket, head);
    },
    pages: () => [...io.of('/').sockets.values()].map(({ data }) => data),
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
    broadcastOverlay(problem) {
      io.emit('overlay', problem);
    },
    async close() {
      await io.close();
      const closed = [...connections].map(
        (socket) => new Promise((resolve) => socket.once('close', resolve)),
      );
      await Promise.race([
        Promise.all(closed),
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
