import type { StoreListener } from '../../src/core/ports.ts';
import type { MeshOptions } from '../../src/store/mesh/mesh-options.ts';
import type { MeshStore } from '../../src/store/mesh/mesh-store.ts';
import { meshStore } from './mesh.ts';
import { createWorld, type Machine, type World } from './virtual-world.ts';
import { watchBus, type WatchedBus } from './watched-bus.ts';

/** The store of a server in a virtual world. */
export interface WorldServer {
  machine: Machine;
  store: MeshStore;
  bus: WatchedBus;
  /** The `stale` events of the store, newest last. */
  stale: (readonly [stale: boolean, reason: string | undefined])[];
  claimed: [site: string, member: string, connectionNumber: number][];
}

/** Starts `count` servers with one bus in virtual time. */
export async function startWorld(
  count: number,
  options: Partial<MeshOptions> = {},
): Promise<{
  world: World;
  servers: WorldServer[];
  start: (more?: Partial<MeshOptions>) => Promise<WorldServer>;
}> {
  const world = createWorld();

  async function start(more: Partial<MeshOptions> = {}): Promise<WorldServer> {
    const machine = world.machine();
    const bus = watchBus(machine.bus);
    const store = meshStore({ clock: machine.clock, random: () => 0.5, ...options, ...more, bus });
    const server: WorldServer = { machine, bus, store, stale: [], claimed: [] };
    const listener: StoreListener = {
      changed: () => {},
      stale: (stale, reason) => server.stale.push([stale, reason]),
      claimed: (...member) => server.claimed.push(member),
    };
    void store.open(listener);
    await world.advance(50);
    return server;
  }

  const servers: WorldServer[] = [];
  for (let i = 0; i < count; i++) servers.push(await start());
  await world.advance(2_000);
  return { world, servers, start };
}
