import type { Socket as NetSocket } from 'node:net';
import type { Socket as SocketIoSocket } from 'socket.io';
import type { CounterClientEvents, CounterServerEvents, TotalDetails } from '@live-online/protocol';
import type { Connection, TotalUpdate } from '../core/ports.ts';
import type { CounterStats } from '../core/stats.ts';

/** A Socket.IO socket with the counter's events. */
export type CounterSocket = SocketIoSocket<CounterClientEvents, CounterServerEvents>;

/**
 * One connection. At most one update waits in it, the newest. [C6]
 *
 * A class, because the cost of a broadcast is mostly memory access: all that one send reads lies in one object.
 */
abstract class SocketConnection implements Connection {
  protected readonly socket: CounterSocket;
  private readonly stats: CounterStats;
  private sent: TotalUpdate | undefined = undefined;
  private waiting: TotalUpdate | undefined = undefined;
  private state: 'ready' | 'busy' | 'closing' = 'ready';

  constructor(socket: CounterSocket, stats: CounterStats) {
    this.socket = socket;
    this.stats = stats;
  }

  /** Whether the counter may close the whole connection; one that a host shares it may not. */
  protected abstract readonly ownsConnection: boolean;

  /** Writes one update. Returns whether another can follow at once; if not, `drained()` is called later. */
  protected abstract write(update: TotalUpdate): boolean;

  send(update: TotalUpdate): void {
    const newest = this.waiting ?? this.sent;
    if (newest !== undefined && update.sequence <= newest.sequence) return;
    if (this.state === 'ready') this.writeNew(update);
    else this.waiting = update;
  }

  closeReplaced(): void {
    // A stock client does not reconnect by itself after a disconnect by the server.
    this.socket.disconnect(this.ownsConnection);
  }

  migrate(): void {
    // A WebSocket must not send a frame after its close frame.
    this.state = 'closing';
    // On a host's connection this ends the namespace alone; a stock client does not reconnect by itself after that.
    if (this.ownsConnection) this.socket.conn.close();
    else this.socket.disconnect();
  }

  /** The last update is written: the newest that waits, if any, goes next. */
  protected drained(): void {
    if (this.state !== 'busy') return;
    this.state = 'ready';
    const next = this.waiting;
    this.waiting = undefined;
    if (next !== undefined) this.writeNew(next);
  }

  private writeNew(update: TotalUpdate): void {
    const { sent } = this;
    this.sent = update;
    // The same total is not sent twice; its sequence counts all the same.
    if (update.total === sent?.total && update.stale === sent.stale) return;
    this.stats.messages++;
    this.state = 'busy';
    // If write throws, as a listener of the host may, nothing was written.
    let isReady = true;
    try {
      isReady = this.write(update);
    } finally {
      if (isReady) this.state = 'ready';
    }
  }
}

/**
 * Sends by Socket.IO's `emit`, on a host's connections: works with every transport, parser and compression. At most one
 * packet of the counter waits in Engine.IO's buffer.
 */
export class EmitConnection extends SocketConnection {
  protected override readonly ownsConnection = false;

  protected override write(update: TotalUpdate): boolean {
    // Engine.IO emits 'drain' when it has given its buffer to the transport: within emit, if that is idle.
    this.socket.conn.once('drain', () => this.drained());
    this.socket.emit('total', ...eventArguments(update));
    return false;
  }
}

/**
 * Sends packets that are encoded once for a site, through Engine.IO: for sessions of our own server that began with
 * polling. At most one packet waits in Engine.IO's buffer.
 */
export class PacketConnection extends SocketConnection {
  protected override readonly ownsConnection = true;

  protected override write(update: TotalUpdate): boolean {
    this.socket.conn.once('drain', () => this.drained());
    this.socket.conn.write(encode(update).packet);
    return false;
  }
}

/**
 * Writes WebSocket frames that are encoded once for a site straight to the TCP connection, at half the cost of an emit.
 * Only for connections that began as a WebSocket of our own Socket.IO server: default parser, main namespace, no
 * compression. Frames are written whole, so they never mix with those of Engine.IO.
 */
export class FrameConnection extends SocketConnection {
  protected override readonly ownsConnection = true;
  private readonly connection: NetSocket;

  constructor(socket: CounterSocket, stats: CounterStats) {
    super(socket, stats);
    this.connection = socket.request.socket;
  }

  protected override write(update: TotalUpdate): boolean {
    const { connection } = this;
    if (!connection.writable) return false;
    const { frame } = encode(update);
    // An idle connection nearly always takes the frame at once; a callback would cost a tenth of the write. Behind
    // other bytes, one frame waits and calls back.
    const isIdle = connection.writableLength === 0;
    if (isIdle) connection.write(frame);
    else connection.write(frame, () => this.drained());
    return isIdle;
  }
}

interface Encoded {
  /** A Socket.IO event, as Engine.IO takes it. */
  packet: string;
  /** The same as a whole, unmasked WebSocket text frame (RFC 6455 §5.2) with an Engine.IO message. */
  frame: Buffer;
}

const encodings = new WeakMap<TotalUpdate, Encoded>();

function encode(update: TotalUpdate): Encoded {
  let encoded = encodings.get(update);
  if (!encoded) {
    const packet = `2${JSON.stringify(['total', ...eventArguments(update)])}`;
    const payload = Buffer.from(`4${packet}`);
    const { length } = payload;
    // The length takes one byte up to 125, and two more from there on.
    const head = length < 126 ? [0x81, length] : [0x81, 126, length >> 8, length & 0xff];
    encodings.set(update, (encoded = { packet, frame: Buffer.concat([Buffer.from(head), payload]) }));
  }
  return encoded;
}

/** The arguments of the event `total`, without details that have nothing to add. */
function eventArguments({ total, stale, resumeToken }: TotalUpdate): [total: number, details?: TotalDetails] {
  if (!stale && resumeToken === undefined) return [total];
  return [total, { ...(stale && { stale }), ...(resumeToken !== undefined && { resume: resumeToken }) }];
}
