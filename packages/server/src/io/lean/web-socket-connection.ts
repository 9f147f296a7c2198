import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { boundWrites, type ConnectionBounds } from '@live-online/internal/bounded-web-sockets';
import { TokenBucket } from '@live-online/internal/token-bucket';
import { limits } from '@live-online/protocol';
import type { CounterStats } from '../../core/stats.ts';
import { UpdateConnection } from '../update-connection.ts';
import { encodeFrame, opcodes } from '../web-socket-frames.ts';
import { Receiver } from './receiver.ts';
import { readIntoSharedBuffer } from './shared-reads.ts';
import { readTextFrame } from './text-frames.ts';

/** Listeners find the connection here, so that all sockets share them: closures for each would cost memory. */
const CONNECTION = Symbol('connection');
type ServedSocket = Socket & { [CONNECTION]: WebSocketConnection };

/** Status codes of RFC 6455 §7.4.1, by the errors of `ws`. */
const CLOSE_CODES: Readonly<Record<string, number>> = {
  WS_ERR_INVALID_UTF8: 1_007,
  WS_ERR_TOO_MANY_BUFFERED_PARTS: 1_008,
  WS_ERR_UNSUPPORTED_MESSAGE_LENGTH: 1_009,
  WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH: 1_009,
};
const PROTOCOL_ERROR = 1_002;
/** What a receiver reports for a close frame without a status code. It is never sent. */
const NO_STATUS = 1_005;

/**
 * A WebSocket on a socket whose handshake has been answered (RFC 6455 §5 to §7).
 *
 * It reads whole text frames itself: clients send little else, and for them the streams of Node and `ws` would cost several
 * times as much, in memory as well. From the first other frame on, a receiver of `ws` reads what comes.
 */
export abstract class WebSocketConnection extends UpdateConnection {
  /** Whether it may send frames: until a close frame is sent, or the socket is closed. */
  isOpen = true;
  protected readonly socket: Socket;
  private readonly bounds: ConnectionBounds;
  private readonly packets: TokenBucket;
  private receiver: Receiver | undefined = undefined;
  /** Whether the client has sent its close frame. What follows is discarded. */
  private hasClosed = false;
  private closeTimer: NodeJS.Timeout | undefined = undefined;

  constructor(socket: Socket, bounds: ConnectionBounds, stats: CounterStats) {
    super(stats);
    this.socket = socket;
    this.bounds = bounds;
    this.packets = new TokenBucket(bounds.packets.burst, bounds.packets.perSecond, performance.now());
    boundWrites(socket, bounds);
    (socket as ServedSocket)[CONNECTION] = this;
    socket.on('error', WebSocketConnection.onError);
    socket.on('end', WebSocketConnection.onEnd);
    socket.on('close', WebSocketConnection.onClose);
    socket.setTimeout(0);
    socket.setNoDelay();
  }

  /** A client's message. Its data is overwritten by the next one. */
  protected abstract received(data: Buffer, isBinary: boolean): void;
  /** The client has sent its close frame. The socket is still open. */
  protected abstract closing(): void;
  /** The socket is closed. */
  protected abstract closed(): void;

  /** Resolves when the socket is closed. */
  whenClosed(): Promise<unknown> {
    return new Promise((resolve) => this.socket.once('close', resolve));
  }

  /** @param head what the client has sent behind its handshake. */
  startReading(head: Buffer): void {
    if (!readIntoSharedBuffer(this.socket, WebSocketConnection.onRead)) {
      this.socket.on('data', WebSocketConnection.onData);
    }
    if (head.length > 0 && !this.read(head, head.length)) this.socket.pause();
  }

  /** Starts the closing handshake: the client has `closeTimeoutMs` to answer. */
  protected startClosing(code?: number): void {
    if (!this.isOpen) return;
    const payload = Buffer.alloc(code === undefined ? 0 : 2);
    if (code !== undefined) payload.writeUInt16BE(code);
    if (this.socket.writable) this.socket.write(encodeFrame(opcodes.close, payload));
    this.isOpen = false;
    this.endUpdates();
    this.closeTimer = setTimeout(() => this.socket.destroy(), this.bounds.closeTimeoutMs);
  }

  /** Ends the connection without a closing handshake. */
  protected terminate(): void {
    this.isOpen = false;
    this.endUpdates();
    this.socket.destroy();
  }

  /** @returns whether reading continues. */
  private read(data: Buffer, length: number): boolean {
    let start = 0;
    while (start < length && this.isOpen && !this.receiver) {
      const frame = readTextFrame(data, start, length);
      if (!frame) break;
      start = frame.end;
      if (this.takePacket()) this.received(data.subarray(frame.start, frame.end), false);
    }
    if (start === length || this.hasClosed) return true;
    this.receiver ??= this.createReceiver();
    return this.receiver.write(Buffer.from(data.subarray(start, length)));
  }

  private createReceiver(): Receiver {
    const { socket } = this;
    const receiver = new Receiver({
      isServer: true,
      maxPayload: limits.maxClientMessageBytes,
      // A fragment keeps its whole chunk in memory, which may be a thousand times as large.
      maxFragments: 8,
      maxBufferedChunks: 64,
    });
    receiver.on('message', (data: Buffer, isBinary: boolean) => {
      if (this.takePacket()) this.received(data, isBinary);
    });
    receiver.on('ping', (data: Buffer) => {
      if (this.takePacket() && this.isOpen) socket.write(encodeFrame(opcodes.pong, data));
    });
    receiver.on('pong', () => this.takePacket());
    receiver.on('conclude', (code: number) => this.clientClosed(code));
    receiver.on('error', (error: NodeJS.ErrnoException) => this.clientViolated(error));
    receiver.on('drain', () => socket.resume());
    return receiver;
  }

  /** Counts a frame of the client. If they are too many, terminates the connection, and returns `false`. */
  private takePacket(): boolean {
    // More frames of the same chunk may follow.
    if (this.socket.destroyed) return false;
    if (this.packets.take(performance.now())) return true;
    // A connection that is closing already ends in any case.
    if (this.isOpen) this.bounds.onTerminated('too-many-packets');
    this.terminate();
    return false;
  }

  private clientClosed(code: number): void {
    this.hasClosed = true;
    this.closing();
    this.startClosing(code === NO_STATUS ? undefined : code);
    this.socket.end();
  }

  private clientViolated({ code = '' }: NodeJS.ErrnoException): void {
    if (this.socket.destroyed) return;
    this.bounds.onTerminated('malformed-frame');
    this.startClosing(CLOSE_CODES[code] ?? PROTOCOL_ERROR);
    // Waiting for the answer would mean reading what else the client sends.
    this.terminate();
  }

  private static onRead(this: Socket, length: number, data: Buffer): boolean {
    return (this as ServedSocket)[CONNECTION].read(data, length);
  }

  private static onData(this: Socket, data: Buffer): void {
    if (!(this as ServedSocket)[CONNECTION].read(data, data.length)) this.pause();
  }

  /** An error is followed by 'close'. */
  private static onError(): void {}

  private static onEnd(this: Duplex): void {
    this.end();
  }

  private static onClose(this: Socket): void {
    const connection = (this as ServedSocket)[CONNECTION];
    clearTimeout(connection.closeTimer);
    connection.isOpen = false;
    connection.closed();
  }
}
