import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Clock } from '../../core/ports.ts';

/** Limits on connections without a session. `Infinity` is no limit. */
export interface PendingLimits {
  /** On the server's own port. Past it, the connection that has waited longest is closed. */
  maxPendingConnections: number;
  /** The same from one address. */
  maxPendingPerAddress: number;
}

/** How long a connection may go on without a session. */
export interface PendingTimeouts {
  /** A connection has this long to send a request and to take its answer, in ms. Each answer it takes starts it again. */
  timeoutMs: number;
  /** How often that is checked, in ms. */
  sweepMs: number;
}

/** Why a connection without a session was closed, its limits aside: it had no more time, or asked for too much at once. */
export type PendingEnd = 'pending-timeout' | 'pipelining';

export interface PendingOptions extends PendingLimits, PendingTimeouts {
  clock: Clock;
  /** The address that a connection counts against, or `undefined` for one that has no limit per address. */
  addressOf: (socket: Socket) => string | undefined;
  /** Called for each connection that is closed because of a limit. */
  onLimit: (limit: keyof PendingLimits, address: string | undefined) => void;
  /** Called for each connection that is closed because of what its client did. */
  onTerminated: (reason: PendingEnd) => void;
}

/** Connections without a session: idle ones, requests, answers that are not taken, and upgrades. [C11] */
export interface PendingConnections {
  /** Watches a connection of the server's own port until it has a session or is closed. */
  accept(socket: Socket): void;
  /** Watches a request until its answer is taken. Returns `false` if the connection is closed instead. */
  request(request: IncomingMessage, response: ServerResponse): boolean;
  /** Watches an upgrade until it has a session or is closed. Returns `false` if the connection is closed instead. */
  upgrade(socket: Duplex): boolean;
  /** A request waits for news of its session: until it is answered, its connection is under that session's limits. */
  hold(request: IncomingMessage, response: ServerResponse): void;
  /** A connection has a session, which has limits and deadlines of its own. */
  established(socket: Duplex): void;
  /** Watches nothing any more. */
  close(): void;
}

interface Pending {
  readonly socket: Duplex;
  /** Whether it came by the server's own port. A host's connection is watched only while it has something of ours. */
  readonly isOwn: boolean;
  readonly address: string | undefined;
  /** Answers that the client has not taken yet. */
  readonly answers: ServerResponse[];
  /** When its time started. */
  since: number;
}

/** Most answers that a connection may have outstanding. Browsers and proxies do not pipeline at all. */
const MAX_OUTSTANDING_ANSWERS = 8;

export function createPendingConnections(options: PendingOptions): PendingConnections {
  const { clock, timeoutMs, sweepMs, addressOf, onLimit, onTerminated } = options;
  const watched = new WeakMap<Duplex, Pending>();
  // In each of these sets, whoever has waited longest comes first.
  const own = new Set<Pending>();
  const ownByAddress = new Map<string, Set<Pending>>();
  const hosted = new Set<Pending>();
  let cancelSweep: (() => void) | undefined;

  /** Starts a connection's time, again or for the first time. */
  function start(pending: Pending): void {
    const { socket, isOwn, address } = pending;
    if (watched.get(socket) !== pending) return;
    pending.since = clock.now();
    moveToEnd(isOwn ? own : hosted, pending);
    cancelSweep ??= clock.schedule(sweep, sweepMs);
    if (!isOwn) return;
    // The address first, so that a flood from one address costs connections of others nothing.
    if (address !== undefined) {
      let fromThere = ownByAddress.get(address);
      if (!fromThere) ownByAddress.set(address, (fromThere = new Set()));
      moveToEnd(fromThere, pending);
      limitTo(fromThere, 'maxPendingPerAddress');
    }
    limitTo(own, 'maxPendingConnections');
  }

  function stop(pending: Pending): void {
    own.delete(pending);
    hosted.delete(pending);
    const { address } = pending;
    const fromThere = address === undefined ? undefined : ownByAddress.get(address);
    if (fromThere?.delete(pending) && fromThere.size === 0) ownByAddress.delete(address!);
  }

  function watch(socket: Duplex, isOwn: boolean, address?: string): Pending {
    const pending: Pending = { socket, isOwn, address, answers: [], since: 0 };
    watched.set(socket, pending);
    socket.on('close', forgetClosed);
    start(pending);
    return pending;
  }

  function forget(socket: Duplex): void {
    const pending = watched.get(socket);
    if (!pending) return;
    watched.delete(socket);
    socket.off('close', forgetClosed);
    stop(pending);
  }

  function forgetClosed(this: Duplex): void {
    forget(this);
  }

  function terminate({ socket }: Pending, reason: PendingEnd): void {
    forget(socket);
    onTerminated(reason);
    socket.destroy();
  }

  /** Closes who has waited longest, where there are too many: a flood of idle connections leaves room for others. */
  function limitTo(list: Set<Pending>, limit: keyof PendingLimits): void {
    if (list.size <= options[limit]) return;
    const { socket, address } = list.values().next().value!;
    forget(socket);
    onLimit(limit, address);
    socket.destroy();
  }

  function sweep(): void {
    cancelSweep = undefined;
    const now = clock.now();
    for (const list of [own, hosted]) {
      for (const pending of list) {
        if (now - pending.since < timeoutMs) break;
        if (isBehindHost(pending)) start(pending);
        else terminate(pending, 'pending-timeout');
      }
    }
    if (own.size > 0 || hosted.size > 0) cancelSweep ??= clock.schedule(sweep, sweepMs);
  }

  function taken(pending: Pending, request: IncomingMessage, response: ServerResponse): void {
    const { socket, isOwn, answers } = pending;
    answers.splice(answers.indexOf(response), 1);
    start(pending);
    if (isOwn) return;
    const leave = (): void => {
      if (answers.length === 0 && watched.get(socket) === pending) forget(socket);
    };
    // What is left of a body is read and dropped, which has to end in time as well.
    if (request.complete) leave();
    else request.once('close', leave);
  }

  return {
    accept: (socket) => void watch(socket, true, addressOf(socket)),
    request(request, response) {
      const { socket } = request;
      if (socket.destroyed) return false;
      const pending = watched.get(socket) ?? watch(socket, false);
      const { answers } = pending;
      if (answers.includes(response)) return true;
      if (answers.length >= MAX_OUTSTANDING_ANSWERS) {
        terminate(pending, 'pipelining');
        return false;
      }
      answers.push(response);
      response.once('finish', () => taken(pending, request, response));
      return true;
    },
    upgrade(socket) {
      const pending = watched.get(socket) ?? watch(socket, false);
      if (pending.answers.length === 0) return true;
      // What is left of them would end up between the frames of the new protocol.
      terminate(pending, 'pipelining');
      return false;
    },
    hold({ socket }, response) {
      const pending = watched.get(socket);
      if (!pending) return;
      stop(pending);
      response.once('prefinish', () => start(pending));
    },
    established: forget,
    close() {
      cancelSweep?.();
      cancelSweep = undefined;
    },
  };
}

function moveToEnd(list: Set<Pending>, pending: Pending): void {
  list.delete(pending);
  list.add(pending);
}

/** Whether a host's own answer on the same connection has to be sent before ours can be. */
function isBehindHost({ isOwn, answers }: Pending): boolean {
  return !isOwn && answers.length > 0 && answers.every(({ socket }) => socket === null);
}
