import { Server as Engine, Socket as Session, type ServerOptions } from 'engine.io';
import type { WebSocket } from 'ws';
import { boundedWebSockets, type ConnectionBounds, type TerminationReason } from './bounded-web-sockets.ts';
import { TokenBucket } from './token-bucket.ts';

/** What a packet costs that waits to be sent, beside its text, in bytes. */
const PACKET_OVERHEAD_BYTES = 100;
/** How many packets a polling client may send without asking for the answers. */
const MAX_PACKETS_WITHOUT_POLL = 8;

/** A packet as Engine.IO's events name it. */
interface Packet {
  type: string;
  data?: unknown;
}

interface PollingBudget {
  packets: TokenBucket;
  withoutPoll: number;
}

/** Private parts of Engine.IO's classes. */
interface SessionParts {
  transport: { name: string; writable: boolean; socket?: WebSocket; closeTimeout?: number };
  writeBuffer: Packet[];
}
const partsOf = (session: Session): SessionParts => session as unknown as SessionParts;

/**
 * An Engine.IO server for Socket.IO, each of whose sessions costs a bounded amount of memory and time, by WebSocket and by
 * polling: what waits to be sent is bounded, a client may send one CONNECT, to the main namespace, and few other
 * packets, and a close ends within `closeTimeoutMs`.
 */
export function createBoundedEngine(options: ServerOptions, bounds: ConnectionBounds): Engine {
  const { maxWaitingBytes, closeTimeoutMs, onTerminated } = bounds;
  const engine = new Engine({ ...options, wsEngine: boundedWebSockets(bounds) });
  const connecting = new WeakSet<Session>();
  const polling = new WeakMap<Session, PollingBudget>();

  function terminate(session: Session, reason: TerminationReason): void {
    if (session.readyState === 'closed') return;
    onTerminated(reason);
    destroy(session);
  }

  function checkReceived(this: Session, packet: Packet): void {
    if (packet.type !== 'message' || typeof packet.data !== 'string' || packet.data[0] !== '0') return;
    // A CONNECT names its namespace unless that is the main one: `0/name,{…}`. Each one is answered.
    const isFirst = !connecting.has(this) && (packet.data[1] !== '/' || packet.data[2] === ',');
    connecting.add(this);
    if (!isFirst) terminate(this, 'second-connect');
  }

  function checkWaiting(this: Session, packet: Packet): void {
    const { writeBuffer } = partsOf(this);
    if (writeBuffer.length === 0) return;
    const waiting = writeBuffer.reduce((sum, { data }) => sum + bytesOf(data), bytesOf(packet.data));
    if (waiting > maxWaitingBytes) terminate(this, 'not-reading');
  }

  /** In place of a session's own, which waits until the client has read everything, for however long that takes. */
  function boundedClose(this: Session, discard?: boolean): void {
    Session.prototype.close.call(this, discard);
    if (this.readyState !== 'closing') return;
    const timer = setTimeout(() => destroy(this), closeTimeoutMs);
    this.once('close', () => clearTimeout(timer));
  }

  /** Every packet of a WebSocket is counted as a frame already; those of a polling client come many in a request. */
  function countPolled(this: Session): void {
    const budget = polling.get(this);
    if (!budget) return;
    budget.withoutPoll = partsOf(this).transport.writable ? 0 : budget.withoutPoll + 1;
    if (budget.withoutPoll > MAX_PACKETS_WITHOUT_POLL || !budget.packets.take(performance.now())) {
      terminate(this, 'too-many-packets');
    }
  }

  engine.on('connection', (session: Session) => {
    session.on('packet', checkReceived);
    session.on('packetCreate', checkWaiting);
    session.close = boundedClose;
    const { transport } = partsOf(session);
    if (transport.name !== 'polling') return;
    transport.closeTimeout = closeTimeoutMs;
    const packets = new TokenBucket(bounds.packets.burst, bounds.packets.perSecond, performance.now());
    polling.set(session, { packets, withoutPoll: 0 });
    session.on('packet', countPolled);
  });
  return engine;
}

function bytesOf(data: unknown): number {
  return PACKET_OVERHEAD_BYTES + (typeof data === 'string' ? data.length : 0);
}

/** Without waiting for anything that the client would have to do. */
function destroy(session: Session): void {
  Session.prototype.close.call(session, true);
  partsOf(session).transport.socket?.terminate();
}
