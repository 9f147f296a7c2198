import { io, type Socket } from 'socket.io-client';
import {
  isContentVersion,
  isReloadOverlay,
  isReloadUpdate,
  type ContentVersion,
  type ReloadClientEvents,
  type ReloadOverlay,
  type ReloadServerEvents,
  type ReloadUpdate,
} from '@live-online/protocol';
import type { ClientConfig } from './config.ts';

export interface ConnectionListener {
  onVersion(version: ContentVersion): void;
  onUpdate(update: ReloadUpdate): void;
  /** A command has failed, or works again. */
  onOverlay(overlay: ReloadOverlay | null): void;
  /** The server sent something that this client cannot read. */
  onUnreadable(): void;
}

/** How often a lost server is probed, by how long it has been away, in ms. */
const PROBE_INTERVALS: readonly (readonly [awayMs: number, everyMs: number])[] = [
  [10_000, 100],
  [60_000, 500],
  [Infinity, 2_000],
];
const HIDDEN_MS = 1_000;
/** A server that responds but rejects the socket is hardly the lost one: the interval doubles each time, up to this, in ms. */
const MAX_REJECTED_MS = 60_000;

/** The connection to the server, which it opens again by itself. */
export class Connection {
  readonly #base: URL;
  readonly #socket: Socket<ReloadServerEvents, ReloadClientEvents>;
  #isWanted = false;
  #lostMs = 0;
  /** How often in a row the server has responded and then rejected the socket. */
  #rejections = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param cachedBy the service worker that has answered with a stored copy of the page, if one has. */
  constructor(
    { base, token }: ClientConfig,
    { page, cachedBy }: { page: string | undefined; cachedBy?: string | undefined },
    listener: ConnectionListener,
  ) {
    this.#base = new URL(base, location.href);
    const socket = (this.#socket = io(this.#base.origin, {
      path: `${this.#base.pathname}socket.io/`,
      transports: ['websocket'],
      autoConnect: false,
      reconnection: false,
      auth: { v: 1, token, ...(page !== undefined && { page }), ...(cachedBy !== undefined && { cachedBy }) },
    }));
    socket.on('version', (version) =>
      isContentVersion(version) ? listener.onVersion(version) : listener.onUnreadable(),
    );
    socket.on('update', (update) =>
      isReloadUpdate(update) ? listener.onUpdate(update) : listener.onUnreadable(),
    );
    socket.on('overlay', (overlay: unknown) => {
      if (overlay === null || isReloadOverlay(overlay)) listener.onOverlay(overlay);
    });
    socket.on('connect', () => (this.#rejections = 0));
    socket.on('disconnect', () => {
      this.#lostMs = performance.now();
      this.#probeLater();
    });
    socket.on('connect_error', (error) => {
      // Another project uses the port: its server is not for this page.
      if ((error as { data?: { code?: string } }).data?.code !== undefined) this.#isWanted = false;
      else this.#probeLater();
    });
  }

  open(): void {
    this.#isWanted = true;
    this.#lostMs = performance.now();
    this.#socket.connect();
  }

  close(): void {
    this.#isWanted = false;
    clearTimeout(this.#timer);
    this.#socket.disconnect();
  }

  #probeLater(): void {
    if (!this.#isWanted) return;
    const delayMs = probeDelay(performance.now() - this.#lostMs, this.#rejections, document.hidden);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#probe(), delayMs);
  }

  /** Browsers allow requests more often than sockets. */
  async #probe(): Promise<void> {
    try {
      // A service worker may answer a known address from its cache.
      const url = new URL(`alive?${Date.now()}`, this.#base);
      await fetch(url, { mode: 'no-cors', cache: 'no-store', credentials: 'omit' });
      if (!this.#isWanted) return;
      this.#rejections++;
      this.#socket.connect();
    } catch {
      this.#probeLater();
    }
  }
}

/** How long to wait until the next probe, in ms. */
export function probeDelay(awayMs: number, rejections: number, hidden: boolean): number {
  const [, everyMs] = PROBE_INTERVALS.find(([forMs]) => awayMs < forMs)!;
  const rejectedMs = rejections === 0 ? 0 : Math.min(500 * 2 ** rejections, MAX_REJECTED_MS);
  return Math.max(everyMs, rejectedMs, hidden ? HIDDEN_MS : 0);
}
