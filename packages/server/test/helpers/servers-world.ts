import { createFakeClock } from '@live-online/internal/testing/fake-clock';
import { createStats } from '../../src/core/stats.ts';
import type { ServerDescription } from '../../src/servers/server-description.ts';
import { ServerDirectory } from '../../src/servers/server-directory.ts';

interface Server {
  directory: ServerDirectory;
  /** What it announces about itself. A test may change it. */
  description: ServerDescription;
  /** How often it was drained. */
  drains: number;
  /** Whether it reads what others announce. */
  isFrozen: boolean;
}

/** Servers that share a store, by their names. */
export function createServersWorld(names: readonly string[]) {
  const clock = createFakeClock();
  const servers = new Map<string, Server>();
  const listeners = new Map<string, (server: string, text: string) => void>();
  /** All texts that were announced, after the names of their servers. */
  const announced: [server: string, text: string][] = [];
  let ids = 0;

  function announce(name: string, text: string): void {
    announced.push([name, text]);
    for (const [other, { isFrozen }] of servers)
      if (other !== name && !isFrozen) listeners.get(other)?.(name, text);
  }

  for (const name of names) {
    const server: Server = {
      description: describe(),
      drains: 0,
      isFrozen: false,
      directory: new ServerDirectory({
        clock,
        name: () => name,
        describe: () => server.description,
        drain: () => void server.drains++,
        createId: () => String(++ids).padStart(16, '0'),
      }),
    };
    servers.set(name, server);
    server.directory.start({
      peers: () => [...servers.values()].reduce((sum, { description }) => sum + description.processes, -1),
      hasPeer: (other) => servers.has(other),
      announce: (text) => announce(name, text),
      onAnnouncement(listener) {
        listeners.set(name, listener);
        return () => void listeners.delete(name);
      },
    });
  }
  return {
    clock,
    announced,
    announce,
    server: (name: string) => servers.get(name)!,
    evict: (name: string) => void servers.delete(name),
  };
}

function describe(): ServerDescription {
  return {
    version: '1.2.3',
    startedAt: 1_700_000_000_000,
    eventLoopDelayMs: 1.5,
    store: 'redis',
    stale: false,
    processes: 1,
    proxy: [],
    stats: { ...createStats(), connections: 1, rejected: { bot: 2 } },
  };
}
