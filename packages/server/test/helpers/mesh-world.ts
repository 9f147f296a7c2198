import type { StoreListener } from '../../src/core/ports.ts';
import type { MeshOptions, MeshStore } from '../../src/store/mesh/mesh-store.ts';
import { meshStore } from './mesh.ts';
import { createWorld, type Machine, type World } from './virtual-world.ts';
import { watchBus, type WatchedBus } from './watched-bus.ts';

/** A server of a virtual world, as far as its store goes. */
export interface WorldServer {
  machine: Machine;
  store: MeshStore;
  bus: WatchedBus;
  /** What the store has said of itself, newest last. */
  stale: (readonly [stale: boolean, reason: string | undefined])[];
  claimed: [site: string, member: string, connectionNumber: number][];
}

/** Starts `count` servers that agree over one bus in virtual time. */
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
      stale: (...said) => server.stale.push([said[0], said[1]]),
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
