import type { EventEmitter } from 'node:events';
import { Server as Engine, Socket as Session, type ServerOptions } from 'engine.io';
import type { WebSocket } from 'ws';
import { boundedWebSockets, type ConnectionBounds, type TerminationReason } from './bounded-web-sockets.ts';
import { TokenBucket } from './token-bucket.ts';

/** The memory of a queued packet in addition to its text, in bytes. */
const PACKET_OVERHEAD_BYTES = 100;
/** How many packets a polling client may send between two polls. */
const MAX_PACKETS_WITHOUT_POLL = 8;

/** A packet as Engine.IO's events name it. */
interface Packet {
  type: string;
  data?: unknown;
}

/** Private parts of Engine.IO's classes. */
interface SessionParts {
  transport: EventEmitter & {
    name: string;
    writable: boolean;
    /** Of a WebSocket. */
    socket?: WebSocket;
    /** Of polling: how long an orderly close waits for the next poll, in ms, and what ends that wait. */
    closeTimeout?: number;
    shouldClose?: (() => void) | null;
  };
  writeBuffer: Packet[];
}
const partsOf = (session: Session): SessionParts => session as unknown as SessionParts;

/**
 * An Engine.IO server for Socket.IO that bounds the memory and time of each session, for WebSocket and polling: it bounds
 * the queue of packets to send, allows one CONNECT, to the main namespace, and few other packets, and ends a close
 * within `closeTimeoutMs`.
 */
export function createBoundedEngine(options: ServerOptions, bounds: ConnectionBounds): Engine {
  const { maxWaitingBytes, packets, closeTimeoutMs, onTerminated } = bounds;
  const engine = new Engine({ ...options, wsEngine: boundedWebSockets(bounds) });
  const connecting = new WeakSet<Session>();

  function terminate(session: Session, reason: TerminationReason): void {
    if (session.readyState === 'closed') return;
    onTerminated(reason);
    destroy(session);
  }

  function checkReceived(this: Session, packet: Packet): void {
    if (packet.type !== 'message' || typeof packet.data !== 'string' || packet.data[0] !== '0') return;
    // A CONNECT names its namespace unless that is the main one: `0/name,{…}`. The server answers each of them.
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

  /** Replaces the session's own `close`, which waits without a timeout until the client has read everything. */
  function boundedClose(this: Session, discard?: boolean): void {
    Session.prototype.close.call(this, discard);
    if (this.readyState !== 'closing') return;
    const timer = setTimeout(() => destroy(this), closeTimeoutMs);
    this.once('close', () => clearTimeout(timer));
  }

  /** A WebSocket's frames are counted as they arrive. A polling client sends several packets in one request. */
  function boundPolling(session: Session): void {
    const { transport } = partsOf(session);
    const budget = new TokenBucket(packets.burst, packets.perSecond, performance.now());
    let withoutPoll = 0;
    transport.closeTimeout = closeTimeoutMs;
    // A client answers a heartbeat before its next poll, so that no poll is waiting whenever a packet arrives.
    transport.on('ready', () => (withoutPoll = 0));
    // The transport emits packets while the session is closing, too.
    transport.on('packet', () => {
      if (!transport.writable) withoutPoll++;
      if (withoutPoll > MAX_PACKETS_WITHOUT_POLL || !budget.take(performance.now())) {
        terminate(session, 'too-many-packets');
      }
    });
  }

  engine.on('connection', (session: Session) => {
    session.on('packet', checkReceived);
    session.on('packetCreate', checkWaiting);
    session.close = boundedClose;
    if (partsOf(session).transport.name === 'polling') boundPolling(session);
  });
  return engine;
}

function bytesOf(data: unknown): number {
  return PACKET_OVERHEAD_BYTES + (typeof data === 'string' ? data.length : 0);
}

/** Ends a session without waiting for the client. */
function destroy(session: Session): void {
  Session.prototype.close.call(session, true);
  const { transport } = partsOf(session);
  transport.socket?.terminate();
  transport.shouldClose?.();
}
