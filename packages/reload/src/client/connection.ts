import { io, type Socket } from 'socket.io-client';
import {
  isContentVersion,
  isReloadUpdate,
  type ContentVersion,
  type ReloadClientEvents,
  type ReloadServerEvents,
  type ReloadUpdate,
} from '@live-online/protocol';
import type { ClientConfig } from './config.ts';

export interface ConnectionListener {
  version(version: ContentVersion): void;
  update(update: ReloadUpdate): void;
  /** What was said cannot be understood, or the server no longer knows this page. */
  lost(): void;
}

/** The way to the server, which finds back by itself. Returns how it is ended and begun again. */
export interface Connection {
  open(): void;
  close(): void;
}

/** For so long after the server has gone, ms, it is asked for so often, in ms. */
const PATIENCE: readonly (readonly [forMs: number, everyMs: number])[] = [
  [10_000, 100],
  [60_000, 500],
  [Infinity, 2_000],
];
const HIDDEN_MS = 1_000;
/** A server that answers but takes no socket is hardly the one that is looked for: it is asked ever more seldom, in ms. */
const MAX_REFUSED_MS = 60_000;

export function createConnection(
  config: ClientConfig,
  page: string | undefined,
  listener: ConnectionListener,
): Connection {
  const base = new URL(config.base, location.href);
  const socket: Socket<ReloadServerEvents, ReloadClientEvents> = io(base.origin, {
    path: `${base.pathname}socket.io/`,
    transports: ['websocket'],
    autoConnect: false,
    reconnection: false,
    auth: { v: 1, token: config.token, ...(page !== undefined && { page }) },
  });
  let wanted = false;
  let goneAt = 0;
  /** How often in a row the server has answered and then taken no socket. */
  let refusals = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  socket.on('version', (version) =>
    isContentVersion(version) ? listener.version(version) : listener.lost(),
  );
  socket.on('update', (update) => (isReloadUpdate(update) ? listener.update(update) : listener.lost()));
  socket.on('connect', () => (refusals = 0));
  socket.on('disconnect', () => {
    goneAt = performance.now();
    probeLater();
  });
  socket.on('connect_error', (error) => {
    // Another project has taken the port: it is not for this page.
    if ((error as { data?: { code?: string } }).data?.code !== undefined) wanted = false;
    else probeLater();
  });

  function probeLater(): void {
    if (!wanted) return;
    const goneMs = performance.now() - goneAt;
    const [, everyMs] = PATIENCE.find(([forMs]) => goneMs < forMs)!;
    clearTimeout(timer);
    const refusedMs = refusals === 0 ? 0 : Math.min(500 * 2 ** refusals, MAX_REFUSED_MS);
    timer = setTimeout(() => void probe(), Math.max(everyMs, refusedMs, document.hidden ? HIDDEN_MS : 0));
  }

  /** A request is asked for more often than browsers let a socket be tried. */
  async function probe(): Promise<void> {
    try {
      await fetch(new URL('alive', base), { mode: 'no-cors', cache: 'no-store', credentials: 'omit' });
      if (!wanted) return;
      refusals++;
      socket.connect();
    } catch {
      probeLater();
    }
  }

  return {
    open() {
      wanted = true;
      goneAt = performance.now();
      socket.connect();
    },
    close() {
      wanted = false;
      clearTimeout(timer);
      socket.disconnect();
    },
  };
}
