import type { Socket as NetSocket } from 'node:net';
import type { ConnectionBounds } from '@live-online/internal/bounded-web-sockets';
import type { Membership } from '../../core/membership.ts';
import type { TotalUpdate } from '../../core/ports.ts';
import type { CounterStats } from '../../core/stats.ts';
import type { AdmissionTicket } from '../admission/handshake-guard.ts';
import { encodePacket, encodeUpdate } from '../encode-update.ts';
import { encodeResponse, encodeTextFrames, writeFrame } from '../web-socket-frames.ts';
import type { Beating } from './heartbeats.ts';
import type { PacketState } from './packet-reader.ts';
import type { WheelEntry } from './timer-wheel.ts';
import { WebSocketConnection } from './web-socket-connection.ts';

const PING = encodeTextFrames('2');
const DISCONNECT = encodeTextFrames('41');

/** How a connection reports to its transport. */
export interface ConnectionOwner {
  /** A client's message. */
  received(connection: LeanConnection, data: Buffer, isBinary: boolean): void;
  /** The connection receives nothing more. It may still be open. May be called twice. */
  ended(connection: LeanConnection): void;
  /** Its socket is closed. */
  closed(connection: LeanConnection): void;
}

/**
 * One connection of the lean transport: its place, its member, its heartbeats and what it sends, in one object, because
 * each object more would cost memory for as long as the connection is idle.
 */
export class LeanConnection extends WebSocketConnection implements Beating, PacketState {
  /** Until the connection has joined or is rejected. */
  ticket: AdmissionTicket | undefined;
  /** Frees its place among the limits. */
  readonly release: () => void;
  /** `undefined` while it is not a member. */
  membership: Membership | undefined = undefined;
  hasConnected = false;
  decoder: PacketState['decoder'] = undefined;

  dueTick = 0;
  next: WheelEntry | undefined = undefined;
  previous: WheelEntry | undefined = undefined;
  heardTick = 0;
  askedTick = 0;
  isAsked = false;
  readonly beats: boolean;

  private firstPackets: string[] | undefined = undefined;
  private readonly owner: ConnectionOwner;

  constructor(
    owner: ConnectionOwner,
    socket: NetSocket,
    bounds: ConnectionBounds,
    admitted: { ticket: AdmissionTicket | undefined; release: () => void; stats: CounterStats },
  ) {
    super(socket, bounds, admitted.stats);
    this.owner = owner;
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
    this.startClosing();
    // The counter keeps a member that is migrated until its client is on another server.
    if (!isMigrated) this.owner.ended(this);
  }

  /** Ends the connection without waiting for its client. */
  destroy(): void {
    this.terminate();
    this.owner.ended(this);
  }

  /** Sends a frame that no newer one replaces: an answer of the handshake, or a ping. */
  sendFrame(frame: Buffer): void {
    if (this.socket.writable) this.socket.write(frame);
  }

  /** Until `endFirstWrite`, updates are added to `packets`: each write costs as much as the rest of a handshake. */
  startFirstWrite(packets: string[]): void {
    this.firstPackets = packets;
  }

  /** Sends `response` and the packets in one write. */
  endFirstWrite(response: string): void {
    const packets = this.firstPackets;
    this.firstPackets = undefined;
    if (packets) this.sendFrame(encodeResponse(response, packets));
  }

  ask(): void {
    this.stats.heartbeats++;
    if (this.isOpen) this.sendFrame(PING);
  }

  lost(): void {
    this.stats.heartbeatTimeouts++;
    this.destroy();
  }

  protected override received(data: Buffer, isBinary: boolean): void {
    this.owner.received(this, data, isBinary);
  }

  /** Its member leaves now: the page that the visitor goes to may connect before this socket is closed. [C4] */
  protected override closing(): void {
    this.owner.ended(this);
  }

  protected override closed(): void {
    this.owner.closed(this);
  }

  protected override write(update: TotalUpdate): boolean {
    if (this.firstPackets) {
      this.firstPackets.push(`4${encodePacket(update)}`);
      return true;
    }
    const { frame } = encodeUpdate(update);
    return writeFrame(this.socket, frame, () => this.drained());
  }
}
