import type { Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Clock } from '../../core/ports.ts';
import { countReason, type CounterStats } from '../../core/stats.ts';
import { readPeerAddress, type TrustsProxy } from '../admission/client-address.ts';
import { createOwnServer } from './own-server.ts';
import { createPendingConnections, type PendingLimits, type PendingTimeouts } from './pending-connections.ts';
import { createRequestGuard, type RequestGuard } from './request-guard.ts';

/** What everything without a session is held to. */
export interface HttpBounds extends PendingLimits, PendingTimeouts {
  /** Whether connections from this machine itself count against `maxPendingPerAddress`. */
  countLoopback: boolean;
}

export interface HttpGuardOptions {
  bounds: HttpBounds;
  clock: Clock;
  stats: CounterStats;
  trustsProxy: TrustsProxy | undefined;
  /** Called for every connection that is closed because of a limit. */
  onLimit: (limit: string, address: string | undefined) => void;
}

/** Bounds what clients can hold without a session, on a port of our own and beside a host. [C11] */
export interface HttpGuard extends RequestGuard {
  /** Creates an HTTP server for a port of our own. */
  createServer(): Server;
  /** A connection has a session, which is bounded elsewhere. */
  established(connection: Duplex): void;
  /** Watches nothing any more. */
  close(): void;
}

export function createHttpGuard(options: HttpGuardOptions): HttpGuard {
  const { bounds, clock, stats, trustsProxy, onLimit } = options;
  const pending = createPendingConnections({
    ...bounds,
    clock,
    addressOf: (socket) => readPeerAddress(socket, trustsProxy, bounds.countLoopback),
    onLimit(limit, address) {
      countReason(stats.refused, limit);
      onLimit(limit, address);
    },
    onTerminated: (reason) => countReason(stats.terminated, reason),
  });
  return {
    ...createRequestGuard(pending, (reason) => countReason(stats.refused, reason)),
    createServer: () => createOwnServer(pending),
    established: pending.established,
    close: pending.close,
  };
}
