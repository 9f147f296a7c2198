import type { ExtendedError, Namespace } from 'socket.io';
import type { CounterClientEvents, CounterServerEvents, Refusal } from '@live-online/protocol';
import type { Counter } from '../core/counter.ts';
import type { CounterStats } from '../stats.ts';
import type { Door } from './door.ts';
import type { CounterSocket, Outlet } from './outlet.ts';

/** A namespace that speaks the counter's events. */
export type CounterNamespace = Namespace<CounterClientEvents, CounterServerEvents>;

export interface NamespaceOptions {
  counter: Counter;
  door: Door;
  stats: CounterStats;
  createOutlet: (socket: CounterSocket, stats: CounterStats) => Outlet;
  /** Whether limits are checked here, for want of a door that we keep in HTTP. */
  admitsAtConnect?: boolean;
}

/**
 * Counts the visitors of a Socket.IO namespace that is the counter's own.
 *
 * @returns the undo: newcomers are no longer greeted, and those who are here are let go.
 */
export function serveNamespace(namespace: CounterNamespace, options: NamespaceOptions): () => void {
  const { counter, door, stats, createOutlet, admitsAtConnect = false } = options;
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

  function welcome(socket: CounterSocket): void {
    const { site, member } = socket.data as { site: string; member: string | undefined };
    // Visitors have nothing to say. A middleware that never goes on keeps even an event named "error", which
    // would be thrown for want of a listener, from being dispatched.
    socket.use(() => {
      stats.ignoredEvents++;
    });
    socket.on('error', () => {
      stats.malformedPackets++;
    });
    stats.connections++;
    // A member that came in again must not come back by its old connection: a disconnect that the server orders
    // ends the client's own tries, too.
    const leave = counter.arrive(site, member ?? socket.conn, {
      tell: createOutlet(socket, stats).tell,
      replaced: () => void socket.disconnect(true),
    });
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
