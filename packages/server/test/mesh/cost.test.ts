import { describe, expect, it } from 'vitest';
import { bucketOf, createKeyNames } from '../../src/store/mesh/wire/keys.ts';
import { startWorld } from '../helpers/mesh-world.ts';

const keyNames = createKeyNames('test');

describe('the cost of a mesh', () => {
  it('[S2] a server subscribes to the buckets in which it has members, and unsubscribes a minute after the last one left', async () => {
    const { world, servers } = await startWorld(2);
    const [a, b] = servers as [(typeof servers)[0], (typeof servers)[0]];
    const own = [keyNames.allServers, keyNames.server(a.store.server)];
    expect([...a.bus.channels].sort()).toEqual([...own].sort());
    b.store.report('b.example', 1);
    a.store.report('a.example', 1);
    await world.advance(200);
    expect([...a.bus.channels].sort()).toEqual([...own, keyNames.bucket(bucketOf('a.example'))].sort());
    a.store.report('a.example', 0);
    await world.advance(50_000);
    expect(a.bus.channels.size).toBe(3);
    await world.advance(12_000);
    expect([...a.bus.channels].sort()).toEqual([...own].sort());
  });

  it('[S2] a server that starts reads all sites of the others, so that its first client receives the total', async () => {
    const { world, servers, start } = await startWorld(1);
    servers[0]!.store.report('a.example', 3);
    await world.advance(1_500);
    const late = await start();
    expect(late.store.others('a.example')).toBe(3);
    expect(late.store.stale!('a.example')).toBe(false);
    expect(late.store.stale!('never.example')).toBe(true);
  });

  it('[S2] a tick costs one write and one message for each bucket, whatever the number of members', async () => {
    const { world, servers } = await startWorld(2);
    const { store, bus } = servers[0]!;
    store.report('a.example', 1);
    await world.advance(300);
    bus.commands.length = 0;
    for (let count = 2; count <= 2_000; count++) {
      store.report('a.example', count);
      if (count % 100 === 0) await world.advance(50);
    }
    await world.advance(200);
    // One second of joins: a tick every 100 ms at first, then every 200 ms.
    const deltas = bus.commands.filter(
      ([name, key]) => name === 'PUBLISH' && key === keyNames.bucket(bucketOf('a.example')),
    );
    const writes = bus.commands.filter(([name, key]) => name === 'HSET' && key !== keyNames.registry);
    expect(deltas.length).toBeGreaterThan(5);
    expect(deltas.length).toBeLessThanOrEqual(9);
    expect(writes).toHaveLength(deltas.length);
    expect(bus.commands.length).toBeLessThan(40);
  });

  it('[S2] a server without changes costs a few commands a second, whatever the number of members', async () => {
    const { world, servers } = await startWorld(3);
    const { store, bus } = servers[0]!;
    store.report('a.example', 100_000);
    await world.advance(2_000);
    bus.commands.length = 0;
    await world.advance(10_000);
    expect(bus.commands.length).toBeLessThanOrEqual(50);
  });

  it.each([38, 40, 42, 44, 46, 48, 50])(
    '[S2] a site whose first member connects %i ms after the link was lost is followed',
    async (afterMs) => {
      const { world, servers } = await startWorld(2);
      const [a, b] = servers as [(typeof servers)[0], (typeof servers)[0]];
      b.store.report('b.example', 1);
      await world.advance(500);
      world.empty();
      await world.advance(afterMs);
      a.store.report('b.example', 1);
      await world.advance(1_000);
      b.store.report('b.example', 5);
      await world.advance(300);
      expect(a.bus.channels).toContain(keyNames.bucket(bucketOf('b.example')));
      expect(a.store.others('b.example')).toBe(5);
    },
  );
});
