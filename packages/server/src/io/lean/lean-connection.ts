import type { Socket as NetSocket } from 'node:net';
import type { WebSocket } from 'ws';
import type { TotalUpdate } from '../../core/ports.ts';
import type { CounterStats } from '../../core/stats.ts';
import type { AdmissionTicket } from '../admission/handshake-guard.ts';
import { encodeUpdate } from '../encode-update.ts';
import { UpdateConnection } from '../update-connection.ts';
import { encodeTextFrames, writeFrame } from '../web-socket-frames.ts';
import type { Beating } from './heartbeats.ts';
import type { PacketState } from './packet-reader.ts';
import type { WheelEntry } from './timer-wheel.ts';

const PING = encodeTextFrames('2');
const DISCONNECT = encodeTextFrames('41');

/** How a connection reports to its transport. */
export interface ConnectionOwner {
  /** The connection receives nothing more. It may still be open. May be called twice. */
  ended(connection: LeanConnection): void;
}

/**
 * One connection of the lean transport: its place, its member, its heartbeats and what it sends, in one object, because
 * each object more would cost memory for as long as the connection is idle.
 */
export class LeanConnection extends UpdateConnection implements Beating, PacketState {
  readonly webSocket: WebSocket;
  /** Until the connection has joined or is rejected. */
  ticket: AdmissionTicket | undefined;
  /** Frees its place among the limits. */
  readonly release: () => void;
  /** Ends its membership; `undefined` while it is not a member. */
  leave: (() => void) | undefined = undefined;
  hasConnected = false;
  decoder: PacketState['decoder'] = undefined;
  isOpen = true;

  dueTick = 0;
  next: WheelEntry | undefined = undefined;
  previous: WheelEntry | undefined = undefined;
  heardTick = 0;
  askedTick = 0;
  isAsked = false;
  readonly beats: boolean;

  private head: Buffer | undefined = undefined;
  private readonly connection: NetSocket;
  private readonly owner: ConnectionOwner;

  constructor(
    owner: ConnectionOwner,
    webSocket: WebSocket,
    connection: NetSocket,
    admitted: { ticket: AdmissionTicket | undefined; release: () => void; stats: CounterStats },
  ) {
    super(admitted.stats);
    this.owner = owner;
    this.webSocket = webSocket;
    this.connection = connection;
    this.ticket = admitted.ticket;
    this.release = admitted.release;
    // Only a client that was joined at once knows that it may.
    this.beats = admitted.ticket === undefined;
  }

  override closeReplaced(): void {
    // A stock client does not reconnect by itself after a disconnect by the server.
    if (this.isOpen) this.sendFrame(DISCONNECT);
    this.close();
  }

  override migrate(): void {
    this.close({ isMigrated: true });
  }

  /** Closes the connection by a closing handshake. A stock client reconnects. */
  close({ isMigrated = false }: { isMigrated?: boolean } = {}): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.endUpdates();
    // The counter keeps a member that is migrated until its client is on another server.
    if (!isMigrated) this.owner.ended(this);
    this.webSocket.close();
  }

  /** Ends the connection without waiting for its client. */
  destroy(): void {
    this.isOpen = false;
    this.endUpdates();
    this.owner.ended(this);
    this.webSocket.terminate();
  }

  /** Sends a frame that no newer one replaces: an answer of the handshake, or a ping. */
  sendFrame(frame: Buffer): void {
    if (this.connection.writable) this.connection.write(frame);
  }

  /** Sends a frame in one write with the first total, which follows at once. */
  sendWithTotal(frame: Buffer): void {
    this.head = frame;
  }

  ask(): void {
    if (this.isOpen) this.sendFrame(PING);
  }

  lost(): void {
    this.destroy();
  }

  protected override write(update: TotalUpdate): boolean {
    const { head } = this;
    let { frame } = encodeUpdate(update);
    if (head) {
      frame = Buffer.concat([head, frame]);
      this.head = undefined;
    }
    return writeFrame(this.connection, frame, () => this.drained());
  }
}
