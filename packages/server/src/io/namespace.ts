import type { ExtendedError, Namespace } from 'socket.io';
import type { CounterClientEvents, CounterServerEvents, Rejection } from '@live-online/protocol';
import type { Counter } from '../core/counter.ts';
import type { Visitor } from '../core/ports.ts';
import type { CounterStats } from '../core/stats.ts';
import type { Door, Entry, Greeting } from './admission/handshake-guard.ts';
import type { CounterSocket } from './socket-connections.ts';

/** A namespace that speaks the counter's events. */
export type CounterNamespace = Namespace<CounterClientEvents, CounterServerEvents>;

export interface NamespaceOptions {
  counter: Counter;
  door: Door;
  stats: CounterStats;
  createConnection: (socket: CounterSocket, stats: CounterStats) => Visitor;
  /** Called before a newcomer is counted and told. It may end connections, also the newcomer's own. */
  beforeArrival?: () => void;
  /** Whether connections are a host's: then limits are checked here, and the connections are not ours to end. */
  hosted?: boolean;
}

/** A namespace that is served. */
export interface ServedNamespace {
  /** Refuses newcomers. Those who are here stay. */
  lock(): void;
  /** The undo: refuses newcomers, and lets those go who are here. */
  leave(): void;
}

/** Socket.IO takes no middleware back, so each namespace has one that asks whoever serves it now. */
const servers = new WeakMap<CounterNamespace, Server>();

interface Server {
  current: NamespaceOptions | undefined;
  isLocked: boolean;
}

/**
 * Counts the visitors of a Socket.IO namespace that is the counter's own.
 *
 * @returns `undefined` if another counter serves this namespace.
 */
export function serveNamespace(
  namespace: CounterNamespace,
  options: NamespaceOptions,
): ServedNamespace | undefined {
  let server = servers.get(namespace);
  if (server?.current) return undefined;
  if (!server) {
    server = { current: undefined, isLocked: false };
    servers.set(namespace, server);
    greetAll(namespace, server);
  }
  const { counter, door, stats, createConnection, beforeArrival, hosted = false } = options;
  const joined = new WeakSet<object>();

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
    const { conn } = socket;
    beforeArrival?.();
    if (!socket.connected) return;
    socket.use(ignoreEvent);
    socket.on('error', countMalformed);
    // Socket.IO lets a connection join again as long as it has not answered the first time.
    const place = joined.has(conn) ? undefined : takePlace(socket);
    if (!place) return void socket.disconnect(!hosted);
    joined.add(conn);
    const { site, member, resume } = socket.data as Extract<Greeting, { ok: true }>;
    stats.connections++;
    const leave = counter.arrive(site, member ?? conn, createConnection(socket, stats), resume);
    socket.on('disconnect', () => {
      joined.delete(conn);
      stats.connections--;
      place.release();
      leave();
    });
  }

  /** A place of our own door was taken before the session; a host's connection takes one for as long as it is here. */
  function takePlace(socket: CounterSocket): Entry | undefined {
    return hosted ? door.knock(socket.request) : { release: () => {} };
  }

  server.current = options;
  server.isLocked = false;
  namespace.on('connection', welcome);
  return {
    lock() {
      server.isLocked = true;
    },
    leave() {
      server.current = undefined;
      namespace.off('connection', welcome);
      // On this server alone: other servers' visitors are theirs.
      namespace.local.disconnectSockets(false);
    },
  };
}

function greetAll(namespace: CounterNamespace, server: Server): void {
  namespace.use((socket, next) => {
    // Without a code of the protocol, so that clients try again.
    if (!server.current || server.isLocked) return next(new Error('no counter is here at the moment'));
    const { door, hosted } = server.current;
    const greeting = door.greet(socket.request, socket.handshake.auth);
    if (!greeting.ok) return next(rejectionError(greeting.code, greeting.problem));
    if (hosted) {
      const place = door.knock(socket.request);
      if (!place) return next(rejectionError('full', 'this server takes no more connections'));
      place.release();
    }
    socket.data = greeting;
    next();
  });
}

function rejectionError(code: Rejection['code'], problem: string): ExtendedError {
  const error: ExtendedError = new Error(problem);
  error.data = { code } satisfies Rejection;
  return error;
}
