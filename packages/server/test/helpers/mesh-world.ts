import type { StoreListener } from '../../src/core/ports.ts';
import type { MeshOptions } from '../../src/store/mesh/mesh-options.ts';
import { createSignedBus } from '../../src/store/bus/signed-bus.ts';
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
  warnings: string[];
}

export interface WorldOptions extends Partial<MeshOptions> {
  /** Signs everything on the bus. */
  secret?: string;
}

/** Starts `count` servers with one bus in virtual time. */
export async function startWorld(
  count: number,
  options: WorldOptions = {},
): Promise<{
  world: World;
  servers: WorldServer[];
  start: (more?: WorldOptions) => Promise<WorldServer>;
}> {
  const world = createWorld();

  async function start(more: WorldOptions = {}): Promise<WorldServer> {
    const machine = world.machine();
    const { secret, ...rest } = { ...options, ...more };
    const bus = watchBus(secret === undefined ? machine.bus : createSignedBus(machine.bus, secret));
    const store = meshStore({ clock: machine.clock, random: () => 0.5, ...rest, bus });
    const server: WorldServer = { machine, bus, store, stale: [], claimed: [], warnings: [] };
    const listener: StoreListener = {
      changed: () => {},
      stale: (stale, reason) => server.stale.push([stale, reason]),
      claimed: (...member) => server.claimed.push(member),
      warning: (message) => server.warnings.push(message),
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
