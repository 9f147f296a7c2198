import type { Socket as NetSocket } from 'node:net';
import type { Socket as SocketIoSocket } from 'socket.io';
import type { CounterClientEvents, CounterServerEvents } from '@live-online/protocol';
import type { TotalUpdate } from '../core/ports.ts';
import type { CounterStats } from '../core/stats.ts';
import { argumentsOf, encodeUpdate, eventOf } from './encode-update.ts';
import { UpdateConnection } from './update-connection.ts';
import { writeFrame } from './web-socket-frames.ts';

/** A Socket.IO socket with the counter's events. */
export type CounterSocket = SocketIoSocket<CounterClientEvents, CounterServerEvents>;

/** A connection by Socket.IO. */
abstract class SocketConnection extends UpdateConnection {
  protected readonly socket: CounterSocket;

  constructor(socket: CounterSocket, stats: CounterStats) {
    super(stats);
    this.socket = socket;
  }

  /** Whether the counter may close the whole connection; one that a host shares it may not. */
  protected abstract readonly ownsConnection: boolean;

  override closeReplaced(): void {
    // A stock client does not reconnect by itself after a disconnect by the server.
    this.socket.disconnect(this.ownsConnection);
  }

  override migrate(): void {
    this.endUpdates();
    // On a host's connection this ends the namespace alone; a stock client does not reconnect by itself after that.
    if (this.ownsConnection) this.socket.conn.close();
    else this.socket.disconnect();
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
    this.socket.emit(eventOf(update), ...argumentsOf(update));
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
    this.socket.conn.write(encodeUpdate(update).packet);
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
    return writeFrame(this.connection, encodeUpdate(update).frame, () => this.drained());
  }
}
