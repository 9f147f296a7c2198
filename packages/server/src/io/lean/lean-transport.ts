import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket as NetSocket } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import type { ConnectionBounds, TerminationReason } from '@live-online/internal/bounded-web-sockets';
import { respondText } from '@live-online/internal/http/respond-text';
import { rejectUpgrade } from '@live-online/internal/reject-upgrade';
import { limits, type Rejection } from '@live-online/protocol';
import type { Clock } from '../../core/ports.ts';
import { countReason } from '../../core/stats.ts';
import type { AcceptedHandshake, AdmissionTicket } from '../admission/handshake-guard.ts';
import { applyEvent } from '../client-events.ts';
import { JOIN_TIMEOUT_MS, type CounterTransport, type TransportOptions } from '../transport.ts';
import { encodeResponse, encodeTextFrames } from '../web-socket-frames.ts';
import { Heartbeats, planHeartbeats } from './heartbeats.ts';
import { LeanConnection, type ConnectionOwner } from './lean-connection.ts';
import { readPacket } from './packet-reader.ts';
import { readQuery } from './query.ts';
import { readWebSocketHandshake } from './web-socket-handshake.ts';

export interface LeanTransportOptions extends TransportOptions {
  clock: Clock;
}

/** A handshake that may have a connection. */
interface Admitted {
  /** The head of the response that accepts it. */
  readonly response: string;
  readonly ticket: AdmissionTicket;
  readonly release: () => void;
  /** Of a client that wants to be joined at once. */
  readonly handshake: object | undefined;
}

const ignoreError = (): void => {};

/**
 * Serves connections by WebSocket alone: it speaks Engine.IO 4 and Socket.IO 5 itself, so that stock clients connect, and
 * costs little more than a bare WebSocket. A client that sends its handshake in the query is joined at once: it receives
 * the total in the write that accepts it. [C3, P14]
 */
export class LeanTransport implements CounterTransport, ConnectionOwner {
  readonly #options: LeanTransportOptions;
  readonly #bounds: ConnectionBounds;
  readonly #heartbeats: Heartbeats;
  readonly #connections = new Set<LeanConnection>();
  /** Connections without a member, the oldest first, and since when: before they join, and after they have left. */
  readonly #withoutMember = new Map<LeanConnection, number>();
  /** Upgrades that another process decides on. */
  readonly #undecided = new Set<Duplex>();
  readonly #openPackets: { joined: [string, string]; asked: [string, string] };
  #isLocked = false;

  constructor(options: LeanTransportOptions) {
    const { bounds, clock, heartbeat } = options;
    this.#options = options;
    this.#bounds = { ...bounds, onTerminated: (reason) => this.#count(reason) };
    this.#heartbeats = new Heartbeats(heartbeat, clock, () => this.#closeWithoutMember());
    this.#openPackets = { joined: this.#openPacket(true), asked: this.#openPacket(false) };
  }

  handleRequest(_request: IncomingMessage, response: ServerResponse): void {
    respondText(response, 400, 'this server accepts the transport websocket only');
  }

  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { beforeJoin, handshakeGuard } = this.#options;
    beforeJoin();
    const { problem, handshake } = readQuery(request.url!);
    if (problem !== undefined) return rejectUpgrade(socket, 400, problem);
    const accepted = readWebSocketHandshake(request);
    if (accepted.problem !== undefined) {
      return rejectUpgrade(socket, accepted.status, accepted.problem, accepted.headers);
    }
    const ticket = handshakeGuard.readTicket(request);
    // A connection that is closed already would never release its place.
    const reservation = this.#isLocked || socket.destroyed ? undefined : handshakeGuard.reserve(ticket);
    if (!reservation) return rejectUpgrade(socket, 400, 'Forbidden');
    const { release, granted } = reservation;
    const admitted = { response: accepted.response, ticket, release, handshake };
    if (!granted) return this.#open(socket as NetSocket, head, admitted);
    socket.on('error', ignoreError);
    socket.once('close', release);
    this.#undecided.add(socket);
    void granted.then((isGranted) => {
      this.#undecided.delete(socket);
      // A client that has left meanwhile emits no 'end' any more, and would be counted until its heartbeat is due.
      const hasLeft = socket.readableEnded || socket.destroyed;
      if (isGranted && !this.#isLocked && !hasLeft) {
        socket.off('error', ignoreError);
        socket.off('close', release);
        // What it has sent meanwhile is in the stream, which is not read from any more.
        const sent = socket.read() as Buffer | null;
        this.#open(socket as NetSocket, sent ? Buffer.concat([head, sent]) : head, admitted);
      } else rejectUpgrade(socket, 400, 'Forbidden');
    });
  }

  lock(): void {
    this.#isLocked = true;
  }

  destroyConnections(): void {
    for (const connection of this.#connections) connection.destroy();
    for (const socket of this.#undecided) socket.destroy();
  }

  async close(): Promise<void> {
    this.lock();
    const closed = [...this.#connections].map((connection) => {
      connection.close();
      return connection.whenClosed();
    });
    // A client that vanished, or that does not answer the closing handshake, would hold its socket for long.
    await Promise.race([
      Promise.all(closed),
      setTimeout(this.#options.closeTimeoutMs, undefined, { ref: false }),
    ]);
    this.destroyConnections();
    this.#heartbeats.close();
  }

  received(connection: LeanConnection, data: Buffer, isBinary: boolean): void {
    if (!connection.isOpen) return;
    const packet = readPacket(connection, data, isBinary);
    switch (packet.type) {
      case 'heartbeat':
        return this.#heartbeats.heard(connection);
      case 'connect':
        return this.#connect(connection, packet.auth);
      case 'second-connect':
        this.#count('second-connect');
        return connection.destroy();
      case 'event':
        // An event before its CONNECT has no namespace to go to.
        if (!connection.membership) return connection.close();
        if (!applyEvent(connection.membership, packet.event)) this.#options.stats.ignoredEvents++;
        return;
      case 'answer':
        if (!connection.membership) connection.close();
        return;
      case 'malformed':
        if (connection.membership) this.#options.stats.malformedPackets++;
        return connection.close();
      case 'disconnect':
        if (!connection.membership) return connection.close();
        // A client that leaves its only namespace closes the connection by itself.
        this.#leave(connection);
        this.#withoutMember.set(connection, this.#options.clock.now());
        return;
      case 'close':
      case 'foreign':
        return connection.close();
      case 'ignored':
    }
  }

  ended(connection: LeanConnection): void {
    this.#withoutMember.delete(connection);
    this.#heartbeats.remove(connection);
    this.#leave(connection);
  }

  closed(connection: LeanConnection): void {
    this.ended(connection);
    this.#connections.delete(connection);
    connection.release();
  }

  /** The response to the upgrade and the first packets leave in one write, which costs as much as the rest of it. */
  #open(socket: NetSocket, head: Buffer, { response, ticket, release, handshake }: Admitted): void {
    const { handshakeGuard, onEstablished, stats } = this.#options;
    onEstablished(socket);
    // Whatever is wrong with it, the CONNECT that follows is answered with the reason.
    const checked = handshake && handshakeGuard.check(ticket, handshake);
    const accepted = checked?.ok ? checked : undefined;
    const admitted = { ticket: accepted ? undefined : ticket, release, stats };
    const connection = new LeanConnection(this, socket, this.#bounds, admitted);
    this.#connections.add(connection);
    this.#heartbeats.add(connection);
    const id = randomUUID();
    const [before, after] = this.#openPackets[accepted ? 'joined' : 'asked'];
    const openPacket = before + id + after;
    if (accepted) {
      connection.hasConnected = true;
      this.#join(connection, accepted, response, [openPacket, connectAnswer(id)]);
    } else {
      this.#withoutMember.set(connection, this.#options.clock.now());
      connection.sendFrame(encodeResponse(response, [openPacket]));
    }
    connection.startReading(head);
  }

  #connect(connection: LeanConnection, auth: unknown): void {
    const { beforeJoin, handshakeGuard } = this.#options;
    beforeJoin();
    if (!connection.isOpen) return;
    // Without a code of the protocol, so that clients try again.
    if (this.#isLocked) return connection.sendFrame(connectError('counter is not serving this namespace'));
    const result = handshakeGuard.authenticate(connection.ticket!, auth);
    connection.ticket = undefined;
    if (!result.ok) return connection.sendFrame(connectError(result.problem, { code: result.code }));
    this.#withoutMember.delete(connection);
    this.#join(connection, result, '', [connectAnswer(randomUUID())]);
  }

  /** @param response what leaves in one write with `packets` and the first updates; may be empty. */
  #join(connection: LeanConnection, accepted: AcceptedHandshake, response: string, packets: string[]): void {
    const { counter, stats } = this.#options;
    const { site, member } = accepted;
    stats.connections++;
    connection.startFirstWrite(packets);
    connection.membership = counter.join(site, member ?? connection, connection, accepted);
    connection.endFirstWrite(response);
  }

  #leave(connection: LeanConnection): void {
    const { membership } = connection;
    if (!membership) return;
    connection.membership = undefined;
    this.#options.stats.connections--;
    membership.leave();
  }

  /** Closes connections that are without a member for too long. */
  #closeWithoutMember(): void {
    const latest = this.#options.clock.now() - JOIN_TIMEOUT_MS;
    for (const [connection, since] of this.#withoutMember) {
      if (since > latest) break;
      connection.close();
    }
  }

  #openPacket(isJoined: boolean): [beforeId: string, afterId: string] {
    const { pingIntervalMs, pingTimeoutMs, beatIntervalMs } = planHeartbeats(
      this.#options.heartbeat,
      isJoined,
    );
    const fields = {
      sid: '',
      upgrades: [],
      pingInterval: pingIntervalMs,
      pingTimeout: pingTimeoutMs,
      maxPayload: limits.maxClientMessageBytes,
      ...(isJoined && { joined: true, heartbeatInterval: beatIntervalMs }),
    };
    const [before, after] = `0${JSON.stringify(fields)}`.split('""') as [string, string];
    return [`${before}"`, `"${after}`];
  }

  #count(reason: TerminationReason): void {
    countReason(this.#options.stats.terminated, reason);
  }
}

function connectAnswer(id: string): string {
  return `40{"sid":"${id}"}`;
}

/** @param data absent for an error that is no rejection of the protocol. */
function connectError(message: string, data?: Rejection): Buffer {
  return encodeTextFrames(`44${JSON.stringify({ message, ...(data && { data }) })}`);
}
