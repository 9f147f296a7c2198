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

export interface PendingTimeouts {
  /** How long a connection may take to send a request and to take the response, in ms. Each response taken restarts it. */
  timeoutMs: number;
  /** How often that is checked, in ms. */
  sweepMs: number;
}

/** Why a connection without a session was terminated, apart from limits. */
export type PendingEnd = 'pending-timeout' | 'pipelining';

export interface PendingOptions extends PendingLimits, PendingTimeouts {
  clock: Clock;
  /** The address that a connection counts against; `undefined` for one without a limit per address. */
  addressOf: (socket: Socket) => string | undefined;
  /** Called for each connection that is closed because of a limit. */
  onLimit: (limit: keyof PendingLimits, address: string | undefined) => void;
  /** Called for each connection that is closed because of its client. */
  onTerminated: (reason: PendingEnd) => void;
}

/** A connection without a session. */
interface Pending {
  readonly socket: Duplex;
  /** Whether it came by the server's own port. A host's connection is watched only while it has a request of ours. */
  readonly isOwn: boolean;
  readonly address: string | undefined;
  /** Responses that the client has not taken yet. */
  readonly responses: ServerResponse[];
  /** When its timeout started. */
  since: number;
}

/** The maximum of responses that a connection may have outstanding. Browsers and proxies do not pipeline. */
const MAX_OUTSTANDING_RESPONSES = 8;

/** Bounds connections without a session: idle ones, requests, responses that are not taken, and upgrades. [C11] */
export class PendingConnections {
  readonly #options: PendingOptions;
  readonly #watched = new WeakMap<Duplex, Pending>();
  // In each of these sets, the connection that has waited longest comes first.
  readonly #own = new Set<Pending>();
  readonly #ownByAddress = new Map<string, Set<Pending>>();
  readonly #hosted = new Set<Pending>();
  #cancelSweep: (() => void) | undefined;
  /** One listener for all sockets: a closure for each would cost memory. */
  readonly #onClose: (this: Duplex) => void;

  constructor(options: PendingOptions) {
    this.#options = options;
    const forget = (socket: Duplex): void => this.#forget(socket);
    this.#onClose = function () {
      forget(this);
    };
  }

  /** Watches a connection of the server's own port until it has a session or is closed. */
  accept(socket: Socket): void {
    this.#watch(socket, true, this.#options.addressOf(socket));
  }

  /** Watches a request until its response is taken. Returns `false` if the connection is closed instead. */
  request(request: IncomingMessage, response: ServerResponse): boolean {
    const { socket } = request;
    if (socket.destroyed) return false;
    const pending = this.#watched.get(socket) ?? this.#watch(socket, false);
    const { responses } = pending;
    if (responses.includes(response)) return true;
    if (responses.length >= MAX_OUTSTANDING_RESPONSES) {
      this.#terminate(pending, 'pipelining');
      return false;
    }
    responses.push(response);
    response.once('finish', () => this.#responseTaken(pending, request, response));
    return true;
  }

  /** Watches an upgrade until it has a session or is closed. Returns `false` if the connection is closed instead. */
  upgrade(socket: Duplex): boolean {
    const pending = this.#watched.get(socket) ?? this.#watch(socket, false);
    if (pending.responses.length === 0) return true;
    // The rest of them would be written between the frames of the new protocol.
    this.#terminate(pending, 'pipelining');
    return false;
  }

  /** A poll waits for packets of its session: until it is answered, the limits of the session hold. */
  hold({ socket }: IncomingMessage, response: ServerResponse): void {
    const pending = this.#watched.get(socket);
    if (!pending) return;
    this.#stop(pending);
    response.once('prefinish', () => this.#start(pending));
  }

  /** A connection has a session, which has limits and timeouts of its own. */
  established(socket: Duplex): void {
    this.#forget(socket);
  }

  /** Cancels the timer. */
  close(): void {
    this.#cancelSweep?.();
    this.#cancelSweep = undefined;
  }

  #watch(socket: Duplex, isOwn: boolean, address?: string): Pending {
    const pending: Pending = { socket, isOwn, address, responses: [], since: 0 };
    this.#watched.set(socket, pending);
    socket.on('close', this.#onClose);
    this.#start(pending);
    return pending;
  }

  #forget(socket: Duplex): void {
    const pending = this.#watched.get(socket);
    if (!pending) return;
    this.#watched.delete(socket);
    socket.off('close', this.#onClose);
    this.#stop(pending);
  }

  /** Starts or restarts the timeout of a connection. */
  #start(pending: Pending): void {
    const { socket, isOwn, address } = pending;
    if (this.#watched.get(socket) !== pending) return;
    const { clock } = this.#options;
    pending.since = clock.now();
    moveToEnd(isOwn ? this.#own : this.#hosted, pending);
    this.#scheduleSweep();
    if (!isOwn) return;
    // The limit per address first, so that a flood from one address closes no connection of others.
    if (address !== undefined) {
      let ofAddress = this.#ownByAddress.get(address);
      if (!ofAddress) this.#ownByAddress.set(address, (ofAddress = new Set()));
      moveToEnd(ofAddress, pending);
      this.#limit(ofAddress, 'maxPendingPerAddress');
    }
    this.#limit(this.#own, 'maxPendingConnections');
  }

  #stop(pending: Pending): void {
    this.#own.delete(pending);
    this.#hosted.delete(pending);
    const { address } = pending;
    const ofAddress = address === undefined ? undefined : this.#ownByAddress.get(address);
    if (ofAddress?.delete(pending) && ofAddress.size === 0) this.#ownByAddress.delete(address!);
  }

  #terminate({ socket }: Pending, reason: PendingEnd): void {
    this.#forget(socket);
    this.#options.onTerminated(reason);
    socket.destroy();
  }

  /** Past the limit, closes the connection that has waited longest: during a flood of idle ones, others are served. */
  #limit(list: Set<Pending>, limit: keyof PendingLimits): void {
    if (list.size <= this.#options[limit]) return;
    const { socket, address } = list.values().next().value!;
    this.#forget(socket);
    this.#options.onLimit(limit, address);
    socket.destroy();
  }

  #scheduleSweep(): void {
    const { clock, sweepMs } = this.#options;
    this.#cancelSweep ??= clock.schedule(() => this.#sweep(), sweepMs);
  }

  #sweep(): void {
    this.#cancelSweep = undefined;
    const { clock, timeoutMs } = this.#options;
    const now = clock.now();
    for (const list of [this.#own, this.#hosted]) {
      for (const pending of list) {
        if (now - pending.since < timeoutMs) break;
        if (isBehindHost(pending)) this.#start(pending);
        else this.#terminate(pending, 'pending-timeout');
      }
    }
    if (this.#own.size > 0 || this.#hosted.size > 0) this.#scheduleSweep();
  }

  #responseTaken(pending: Pending, request: IncomingMessage, response: ServerResponse): void {
    const { socket, isOwn, responses } = pending;
    responses.splice(responses.indexOf(response), 1);
    this.#start(pending);
    if (isOwn) return;
    const returnToHost = (): void => {
      if (responses.length === 0 && this.#watched.get(socket) === pending) this.#forget(socket);
    };
    // Node reads and drops the rest of a body, which has to end in time as well.
    if (request.complete) returnToHost();
    else request.once('close', returnToHost);
  }
}

function moveToEnd(list: Set<Pending>, pending: Pending): void {
  list.delete(pending);
  list.add(pending);
}

/** Whether our responses wait for a response of the host on the same connection. */
function isBehindHost({ isOwn, responses }: Pending): boolean {
  return !isOwn && responses.length > 0 && responses.every(({ socket }) => socket === null);
}
