import type { ExtendedError, Namespace } from 'socket.io';
import type { CounterClientEvents, CounterServerEvents, Refusal } from '@live-online/protocol';
import type { Counter } from '../core/counter.ts';
import type { Visitor } from '../core/ports.ts';
import type { CounterStats } from '../stats.ts';
import type { Door } from './door.ts';
import type { CounterSocket } from './visitors.ts';

/** A namespace that speaks the counter's events. */
export type CounterNamespace = Namespace<CounterClientEvents, CounterServerEvents>;

export interface NamespaceOptions {
  counter: Counter;
  door: Door;
  stats: CounterStats;
  createVisitor: (socket: CounterSocket, stats: CounterStats) => Visitor;
  /** Whether limits are checked here, for want of a door that we keep in HTTP. */
  admitsAtConnect?: boolean;
}

/**
 * Counts the visitors of a Socket.IO namespace that is the counter's own.
 *
 * @returns the undo: newcomers are no longer greeted, and those who are here are let go.
 */
export function serveNamespace(namespace: CounterNamespace, options: NamespaceOptions): () => void {
  const { counter, door, stats, createVisitor, admitsAtConnect = false } = options;
  let serving = true;

  namespace.use((socket, next) => {
    if (!serving) return next();
    const greeting = door.greet(socket.request, socket.handshake.auth);
    if (!greeting.ok) return next(refusalError(greeting.code, greeting.problem));
    if (admitsAtConnect) {
      const place = door.knock(socket.request);
      if (!place) return next(refusalError('full', 'this server takes no more connections for now'));
      socket.conn.once('close', place.release);
    }
    socket.data = greeting;
    next();
  });

  /**
   * Visitors have nothing to say. A middleware that never goes on keeps even an event named "error", which would
   * be thrown for want of a listener, from being dispatched.
   */
  function ignoreEvent(): void {
    stats.ignoredEvents++;
  }

  function countMalformed(): void {
    stats.malformedPackets++;
  }

  function welcome(socket: CounterSocket): void {
    const { site, member } = socket.data as { site: string; member: string | undefined };
    socket.use(ignoreEvent);
    socket.on('error', countMalformed);
    stats.connections++;
    const leave = counter.arrive(site, member ?? socket.conn, createVisitor(socket, stats));
    socket.on('disconnect', () => {
      stats.connections--;
      leave();
    });
  }

  namespace.on('connection', welcome);
  return () => {
    serving = false;
    namespace.off('connection', welcome);
    namespace.disconnectSockets(false);
  };
}

function refusalError(code: Refusal['code'], problem: string): ExtendedError {
  const error: ExtendedError = new Error(problem);
  error.data = { code } satisfies Refusal;
  return error;
}
