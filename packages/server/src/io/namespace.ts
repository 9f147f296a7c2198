import type { DisconnectReason, ExtendedError, Namespace } from 'socket.io';
import type { CounterClientEvents, CounterServerEvents, Rejection } from '@live-online/protocol';
import type { Counter } from '../core/counter.ts';
import type { Connection } from '../core/ports.ts';
import type { CounterStats } from '../core/stats.ts';
import type { AcceptedHandshake, HandshakeGuard, Reservation } from './admission/handshake-guard.ts';
import { applyEvent } from './client-events.ts';
import type { CounterSocket } from './socket-connections.ts';

/** A namespace with the counter's events. */
export type CounterNamespace = Namespace<CounterClientEvents, CounterServerEvents>;

export interface NamespaceOptions {
  counter: Counter;
  handshakeGuard: HandshakeGuard;
  stats: CounterStats;
  createConnection: (socket: CounterSocket, stats: CounterStats) => Connection;
  /** Called before a connection is counted. It may close connections, this one included. */
  beforeJoin?: () => void;
  /** Whether the connections are a host's: limits are checked at CONNECT, and the counter must not close them. */
  isHosted?: boolean;
}

export interface ServedNamespace {
  /** Rejects new connections. Existing ones stay. */
  lock(): void;
  /** Rejects new connections, and disconnects the existing ones from the namespace. */
  detach(): void;
}

/** Socket.IO cannot remove a middleware, so each namespace has one, which asks the current service. */
const services = new WeakMap<CounterNamespace, NamespaceService>();

/**
 * Counts the connections of a Socket.IO namespace.
 *
 * @returns `undefined` if another counter serves the namespace.
 */
export function serveNamespace(
  namespace: CounterNamespace,
  options: NamespaceOptions,
): ServedNamespace | undefined {
  let service = services.get(namespace);
  if (!service) services.set(namespace, (service = new NamespaceService(namespace)));
  return service.serve(options);
}

class NamespaceService {
  readonly #namespace: CounterNamespace;
  #options: NamespaceOptions | undefined;
  #isLocked = false;

  constructor(namespace: CounterNamespace) {
    this.#namespace = namespace;
    namespace.use((socket, next) => next(this.#authenticate(socket)));
  }

  serve(options: NamespaceOptions): ServedNamespace | undefined {
    if (this.#options) return undefined;
    const namespace = this.#namespace;
    this.#options = options;
    this.#isLocked = false;
    const onConnection = joinHandler(options);
    namespace.on('connection', onConnection);
    return {
      lock: () => void (this.#isLocked = true),
      detach: () => {
        this.#options = undefined;
        namespace.off('connection', onConnection);
        // Only local sockets: an adapter would disconnect those of other servers, too.
        namespace.local.disconnectSockets(false);
      },
    };
  }

  #authenticate(socket: CounterSocket): ExtendedError | undefined {
    // Without a code of the protocol, so that clients try again.
    if (!this.#options || this.#isLocked) return new Error('counter is not serving this namespace');
    const { handshakeGuard, isHosted } = this.#options;
    const ticket = handshakeGuard.ticketOf(socket.request);
    const result = handshakeGuard.authenticate(ticket, socket.handshake.auth);
    if (!result.ok) return rejectionError(result.code, result.problem);
    if (isHosted) {
      // The host's own middleware may reject the connection later: its place is reserved when it joins.
      const reservation = handshakeGuard.reserve(ticket);
      if (!reservation) return rejectionError('full', 'a limit of this server is reached');
      reservation.release();
    }
    socket.data = result;
    return undefined;
  }
}

/** Counts each new connection until it ends. */
function joinHandler(options: NamespaceOptions): (socket: CounterSocket) => void {
  const { counter, handshakeGuard, stats, createConnection, beforeJoin, isHosted = false } = options;
  const joined = new WeakSet<object>();

  const countMalformed = (): void => void stats.malformedPackets++;

  /** The place of a connection of our own is reserved before its session. */
  function reserve({ request }: CounterSocket): Reservation | undefined {
    return isHosted ? handshakeGuard.reserve(handshakeGuard.ticketOf(request)) : { release() {} };
  }

  return (socket) => {
    const { conn } = socket;
    beforeJoin?.();
    if (!socket.connected) return;
    socket.on('error', countMalformed);
    // Socket.IO accepts a second CONNECT as long as it has not answered the first one.
    const reservation = joined.has(conn) ? undefined : reserve(socket);
    if (!reservation) return void socket.disconnect(!isHosted);
    joined.add(conn);
    const accepted = socket.data as AcceptedHandshake;
    stats.connections++;
    const { site, member } = accepted;
    const membership = counter.join(site, member ?? conn, createConnection(socket, stats), accepted);
    // A middleware that never calls `next` also drops an event named "error", which would throw without a listener.
    socket.use((event) => {
      if (!applyEvent(membership, event)) stats.ignoredEvents++;
    });
    socket.on('disconnect', (reason, description) => {
      if (isMalformed(reason, description)) countMalformed();
      joined.delete(conn);
      stats.connections--;
      reservation.release();
      membership.leave();
    });
  };
}

/** Whether Engine.IO has closed the connection because of a packet of its own that is malformed, or that only servers send. */
function isMalformed(reason: DisconnectReason, description: unknown): boolean {
  return (
    reason === 'parse error' ||
    (description instanceof Error && description.message === 'invalid heartbeat direction')
  );
}

function rejectionError(code: Rejection['code'], problem: string): ExtendedError {
  const error: ExtendedError = new Error(problem);
  error.data = { code } satisfies Rejection;
  return error;
}
