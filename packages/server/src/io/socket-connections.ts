import type { Socket as NetSocket } from 'node:net';
import type { Socket as SocketIoSocket } from 'socket.io';
import type { CounterClientEvents, CounterServerEvents, TotalDetails } from '@live-online/protocol';
import type { TotalUpdate, Visitor } from '../core/ports.ts';
import type { CounterStats } from '../core/stats.ts';

/** A Socket.IO socket that speaks the counter's events. */
export type CounterSocket = SocketIoSocket<CounterClientEvents, CounterServerEvents>;

/**
 * One page on its socket. It holds at most one announcement back, the newest. [C6]
 *
 * A class, since a broadcast is mostly memory that the processor has to fetch: what telling one of many thousand
 * pages needs lies in one object.
 */
abstract class SocketConnection implements Visitor {
  protected readonly socket: CounterSocket;
  private readonly stats: CounterStats;
  private told: TotalUpdate | undefined = undefined;
  private waiting: TotalUpdate | undefined = undefined;
  private state: 'ready' | 'busy' | 'sent off' = 'ready';

  constructor(socket: CounterSocket, stats: CounterStats) {
    this.socket = socket;
    this.stats = stats;
  }

  /** Whether the connection is ours to end, and not one that a host shares with us. */
  protected abstract readonly ownsConnection: boolean;

  /** Puts one announcement on its way. Returns whether another can follow at once; if not, `taken()` tells when. */
  protected abstract send(announcement: TotalUpdate): boolean;

  tell(announcement: TotalUpdate): void {
    const newest = this.waiting ?? this.told;
    if (newest !== undefined && announcement.sequence <= newest.sequence) return;
    if (this.state === 'ready') this.put(announcement);
    else this.waiting = announcement;
  }

  replaced(): void {
    // A disconnect that the server orders: a stock client does not come back by itself after it.
    this.socket.disconnect(this.ownsConnection);
  }

  migrate(): void {
    // A WebSocket takes no frame any more behind the one that closes it.
    this.state = 'sent off';
    // Of a host's connection this ends our part alone; a stock client does not come back by itself after that.
    if (this.ownsConnection) this.socket.conn.close();
    else this.socket.disconnect();
  }

  /** What was sent last has been taken: the newest that waits, if any, goes next. */
  protected taken(): void {
    if (this.state !== 'busy') return;
    this.state = 'ready';
    const next = this.waiting;
    this.waiting = undefined;
    if (next !== undefined) this.put(next);
  }

  private put(announcement: TotalUpdate): void {
    const { told } = this;
    this.told = announcement;
    // Nobody hears the same twice; the newer one is remembered all the same, for its sequence.
    if (announcement.total === told?.total && announcement.stale === told.stale) return;
    this.stats.messages++;
    this.state = 'busy';
    // A send that throws, as a host's listener may, has put nothing on its way.
    let ready = true;
    try {
      ready = this.send(announcement);
    } finally {
      if (ready) this.state = 'ready';
    }
  }
}

/**
 * Hears by Socket.IO's own `emit`, for the connections of a host: right for every transport, parser and compression
 * that it may have chosen. At most one packet of ours waits in Engine.IO's buffer.
 */
export class EmitConnection extends SocketConnection {
  protected override readonly ownsConnection = false;

  protected override send(announcement: TotalUpdate): boolean {
    // Engine.IO says 'drain' once it has handed its buffer to the transport: within emit, if that is idle.
    this.socket.conn.once('drain', () => this.taken());
    this.socket.emit('total', ...argumentsOf(announcement));
    return false;
  }
}

/**
 * Hears by packets that are encoded once for all pages of a site, through Engine.IO: for sessions of our own server
 * that began with polling. At most one packet of ours waits in Engine.IO's buffer.
 */
export class PacketConnection extends SocketConnection {
  protected override readonly ownsConnection = true;

  protected override send(announcement: TotalUpdate): boolean {
    this.socket.conn.once('drain', () => this.taken());
    this.socket.conn.write(encode(announcement).packet);
    return false;
  }
}

/**
 * Hears by WebSocket frames, encoded once for all pages of a site and written straight to the connection, at
 * half the cost of an emit. Only for a connection that began as a WebSocket of our own Socket.IO server: default
 * parser, main namespace, no compression. Frames are written whole, so those of Engine.IO never mix with these.
 */
export class FrameConnection extends SocketConnection {
  protected override readonly ownsConnection = true;
  private readonly connection: NetSocket;

  constructor(socket: CounterSocket, stats: CounterStats) {
    super(socket, stats);
    this.connection = socket.request.socket;
  }

  protected override send(announcement: TotalUpdate): boolean {
    const { connection } = this;
    if (!connection.writable) return false;
    const { frame } = encode(announcement);
    // A connection with nothing to write takes the frame at once, nearly always; asking it to report that would
    // cost as much as a tenth of the write. Behind what is still to be written, one frame waits and reports.
    const drained = connection.writableLength === 0;
    if (drained) connection.write(frame);
    else connection.write(frame, () => this.taken());
    return drained;
  }
}

interface Encoded {
  /** A Socket.IO event, as Engine.IO takes it. */
  packet: string;
  /** The same as a whole, unmasked WebSocket text frame (RFC 6455, 5.2) with an Engine.IO message. */
  frame: Buffer;
}

const encodings = new WeakMap<TotalUpdate, Encoded>();

function encode(announcement: TotalUpdate): Encoded {
  let encoded = encodings.get(announcement);
  if (!encoded) {
    const packet = `2${JSON.stringify(['total', ...argumentsOf(announcement)])}`;
    const payload = Buffer.from(`4${packet}`);
    // Up to 125 bytes the length is a single byte, and in two bytes more from there on.
    const { length } = payload;
    const head = length < 126 ? [0x81, length] : [0x81, 126, length >> 8, length & 0xff];
    encodings.set(announcement, (encoded = { packet, frame: Buffer.concat([Buffer.from(head), payload]) }));
  }
  return encoded;
}

/** What the event says; details are left out where there is nothing to add. */
function argumentsOf({ total, stale, resume }: TotalUpdate): [total: number, details?: TotalDetails] {
  if (!stale && resume === undefined) return [total];
  return [total, { ...(stale && { stale }), ...(resume !== undefined && { resume }) }];
}
