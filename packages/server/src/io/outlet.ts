import type { Socket as NetSocket } from 'node:net';
import type { Socket as SocketIoSocket } from 'socket.io';
import type { CounterClientEvents, CounterServerEvents } from '@live-online/protocol';
import type { Announcement } from '../core/ports.ts';
import type { CounterStats } from '../stats.ts';

/** A Socket.IO socket that speaks the counter's events. */
export type CounterSocket = SocketIoSocket<CounterClientEvents, CounterServerEvents>;

/** The way out to one page. It holds at most one announcement back, the newest. [C6] */
export interface Outlet {
  tell(announcement: Announcement): void;
}

/** Puts one announcement on its way and calls `taken` when the page can take another. */
type Send = (announcement: Announcement, taken: () => void) => void;

function createOutlet(stats: CounterStats, send: Send): Outlet {
  let told: Announcement | undefined;
  let waiting: Announcement | undefined;
  let busy = false;

  function put(announcement: Announcement): void {
    told = announcement;
    busy = true;
    stats.messages++;
    send(announcement, taken);
  }

  function taken(): void {
    busy = false;
    const next = waiting;
    waiting = undefined;
    if (next && !sayTheSame(next, told)) put(next);
  }

  return {
    tell(announcement) {
      const newest = waiting ?? told;
      if (newest && announcement.sequence <= newest.sequence) return;
      if (busy) waiting = announcement;
      else if (!sayTheSame(announcement, told)) put(announcement);
    },
  };
}

function sayTheSame(a: Announcement, b: Announcement | undefined): boolean {
  return a.total === b?.total && a.stale === b.stale;
}

/**
 * Sends by Socket.IO's own `emit`: right for every transport, parser and compression that a host may have
 * chosen. At most one packet of ours waits in Engine.IO's buffer.
 */
export function createEmitOutlet(socket: CounterSocket, stats: CounterStats): Outlet {
  return createOutlet(stats, ({ total, stale }, taken) => {
    // Engine.IO says 'drain' once it has handed its buffer to the transport: within emit, if that is idle.
    socket.conn.once('drain', taken);
    if (stale) socket.emit('total', total, { stale });
    else socket.emit('total', total);
  });
}

/**
 * Writes the WebSocket frame, encoded once for all pages of a site, straight to the connection. It costs half
 * of an emit. Only for a connection that began as a WebSocket of our own Socket.IO server: default parser, main
 * namespace, no compression. Frames are written whole, so those of Engine.IO never mix with these.
 */
export function createFrameOutlet(socket: CounterSocket, stats: CounterStats): Outlet {
  const connection: NetSocket = socket.request.socket;
  return createOutlet(stats, (announcement, taken) => {
    if (socket.conn.readyState === 'open' && connection.writable) {
      connection.write(frameOf(announcement), taken);
    }
  });
}

// Announcements are told site by site, so the last one is nearly always the one that is asked for again.
let encoded: { announcement: Announcement; frame: Buffer } | undefined;

function frameOf(announcement: Announcement): Buffer {
  if (encoded?.announcement !== announcement) encoded = { announcement, frame: encodeFrame(announcement) };
  return encoded.frame;
}

/** A whole, unmasked WebSocket text frame (RFC 6455, 5.2) with an Engine.IO message that holds a Socket.IO event. */
function encodeFrame({ total, stale }: Announcement): Buffer {
  const payload = Buffer.from(`42${JSON.stringify(stale ? ['total', total, { stale }] : ['total', total])}`);
  // The longest possible payload is far below 126 bytes, up to which the length is a single byte.
  return Buffer.concat([Buffer.from([0x81, payload.length]), payload]);
}
