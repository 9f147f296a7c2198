import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Clock } from '../../core/ports.ts';
import { countReason, type CounterStats } from '../../core/stats.ts';
import { readAddress, readPeerAddress, type TrustsProxy } from '../admission/client-address.ts';
import { ForwardedHeaders } from '../admission/forwarded-headers.ts';
import { HandshakeRates, type HandshakeRateOptions } from '../admission/handshake-rates.ts';
import { createOwnServer } from './own-server.ts';
import { PendingConnections, type PendingLimits, type PendingTimeouts } from './pending-connections.ts';
import { createRequestGuard, type RequestGuard } from './request-guard.ts';

/** The bounds of everything without a session. */
export interface HttpBounds extends PendingLimits, PendingTimeouts {
  /** Whether connections from this machine itself count against `maxPendingPerAddress`. */
  countLoopback: boolean;
  handshakes: HandshakeRateOptions;
}

export interface HttpGuardOptions {
  bounds: HttpBounds;
  clock: Clock;
  stats: CounterStats;
  trustsProxy: TrustsProxy | undefined;
  /** Called for every connection that is closed, or rejected, because of a limit. */
  onLimit: (limit: string, address: string | undefined) => void;
  /** Called with what is wrong in the configuration of a reverse proxy. */
  reportProxy: (message: string) => void;
}

/** Bounds what clients can hold without a session, on an own port and on a host's. [C11] */
export interface HttpGuard extends RequestGuard {
  /** Creates the HTTP server of an own port. */
  createServer(): Server;
  /** A connection has a session, which has bounds of its own. */
  established(connection: Duplex): void;
  /** A response is a session, which has bounds of its own, until it ends. */
  hold(request: IncomingMessage, response: ServerResponse): void;
  /** Cancels the timer. */
  close(): void;
}

export function createHttpGuard(options: HttpGuardOptions): HttpGuard {
  const { bounds, clock, stats, trustsProxy, onLimit, reportProxy } = options;
  const pending = new PendingConnections({
    ...bounds,
    clock,
    addressOf: (socket) => readPeerAddress(socket, trustsProxy, bounds.countLoopback),
    onLimit(limit, address) {
      countReason(stats.rejected, limit);
      onLimit(limit, address);
    },
    onTerminated: (reason) => countReason(stats.terminated, reason),
  });
  const rates = new HandshakeRates(bounds.handshakes, clock.now.bind(clock));
  const forwarded = new ForwardedHeaders(trustsProxy, reportProxy);
  function admitHandshake(request: IncomingMessage): boolean {
    const address = readAddress(request, trustsProxy, bounds.handshakes.countLoopback);
    const limit = rates.take(address);
    if (limit === undefined) {
      forwarded.check(request);
      return true;
    }
    countReason(stats.rejected, 'handshake-rate');
    onLimit(limit, address);
    return false;
  }
  return {
    ...createRequestGuard({
      pending,
      admitHandshake,
      onReject: (reason) => countReason(stats.rejected, reason),
    }),
    createServer: () => createOwnServer(pending),
    established: (connection) => pending.established(connection),
    hold: (request, response) => pending.hold(request, response),
    close: () => pending.close(),
  };
}
