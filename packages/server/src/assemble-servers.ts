import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { Clock, Store } from './core/ports.ts';
import type { CounterStats } from './core/stats.ts';
import type { ApiServers } from './io/http/api/api-ports.ts';
import type { ProxyWarning } from './io/http/proxy-warnings.ts';
import { readPackageVersion } from './package-version.ts';
import { EventLoopDelay } from './servers/event-loop-delay.ts';
import { ServerDirectory, serverPeersOf } from './servers/server-directory.ts';

export interface ServersPartsOptions {
  clock: Clock;
  /** The store that the servers share, once it is open. `undefined`: there are no other servers. */
  store: () => Store | undefined;
  /** In a worker: its primary, which answers for all workers. */
  relay?: ApiServers | undefined;
  /** This server's name among those that share the store. @default the name of this machine */
  name: () => string | undefined;
  /** What the servers share, if it is not the memory of this machine. */
  kind: Store['kind'];
  stats: () => CounterStats;
  isStale: () => boolean;
  proxyWarnings: () => ProxyWarning[];
  drain: () => void;
  /** In a primary: its workers. */
  workers?: () => {
    /** How many of them have joined the servers. */
    count: number;
    eventLoopDelayMs: number;
  };
}

/** The servers that share a store, as the API lists them. */
export interface ServersParts {
  servers: ApiServers;
  /**
   * To be called once, when the store is open.
   *
   * @param isUsed whether this server has an admin, who reads the delay of its event loop.
   */
  start(isUsed: boolean): void;
  /** May be called twice, and without `start`. */
  close(): void;
}

export function assembleServers(options: ServersPartsOptions): ServersParts {
  const { clock, drain, isStale, kind, name, proxyWarnings, relay, stats, store } = options;
  const { workers = () => ({ count: 0, eventLoopDelayMs: 0 }) } = options;
  if (relay) return { servers: relay, start() {}, close() {} };
  const startedAt = Date.now();
  const version = readPackageVersion();
  const delay = new EventLoopDelay(() => clock.now());
  const directory = new ServerDirectory({
    clock,
    name: () => name() ?? hostname(),
    describe() {
      // Also without an admin here: another server has one.
      delay.start();
      const { count, eventLoopDelayMs } = workers();
      return {
        version,
        startedAt,
        eventLoopDelayMs: Math.max(delay.read(), eventLoopDelayMs),
        store: kind ?? 'memory',
        stale: isStale(),
        processes: 1 + count,
        proxy: proxyWarnings(),
        stats: stats(),
      };
    },
    drain,
    createId: () => randomBytes(8).toString('hex'),
  });
  return {
    servers: directory,
    start(isUsed) {
      if (isUsed) delay.start();
      directory.start(serverPeersOf(store()));
    },
    close() {
      directory.close();
      delay.stop();
    },
  };
}
