import type { ApiServers, ServerInfo } from '../io/http/api/api-ports.ts';

export interface OwnServerOptions {
  name: string;
  version: string;
  store: 'memory' | 'redis';
  /** In ms since 1970. */
  startedAt: number;
  connections: () => number;
  eventLoopDelayMs: () => number;
  isStale: () => boolean;
  drain: () => void;
}

/** The only server that is known where no store is shared: this one. */
export function createOwnServer(options: OwnServerOptions): ApiServers {
  return {
    list: async () => [describe(options)],
    async drain(name) {
      if (name === options.name) options.drain();
      return name === options.name;
    },
  };
}

function describe(options: OwnServerOptions): ServerInfo {
  const { name, version, startedAt, store } = options;
  return {
    name,
    version,
    since: new Date(startedAt).toISOString(),
    connections: options.connections(),
    eventLoopDelayMs: options.eventLoopDelayMs(),
    store,
    stale: options.isStale(),
    isSelf: true,
  };
}
