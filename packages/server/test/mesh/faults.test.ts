import { describe, expect, it } from 'vitest';
import { bucketOf, createKeyNames } from '../../src/store/mesh/wire/keys.ts';
import { startWorld } from '../helpers/mesh-world.ts';

const SITE = 'a.example';
const keyNames = createKeyNames('test');

/** Two servers with members on one site: 2 on the first, 1 on the second. */
async function startTwo() {
  const { world, servers, start } = await startWorld(2);
  const [a, b] = servers as [(typeof servers)[0], (typeof servers)[0]];
  a.store.report(SITE, 2);
  b.store.report(SITE, 1);
  await world.advance(200);
  expect([a.store.others(SITE), b.store.others(SITE)]).toEqual([1, 2]);
  return { world, a, b, start };
}

describe('a mesh under faults, in virtual time', () => {
  it('[S5] a process that is killed is evicted within 2 s', async () => {
    const { world, a, b } = await startTwo();
    a.machine.kill();
    await world.advance(2_000);
    expect(b.store.others(SITE)).toBe(0);
    expect(b.stale).toEqual([]);
  });

  it('[S5] evict() removes a server from all totals at once', async () => {
    const { world, a, b, start } = await startTwo();
    const c = await start();
    c.store.report(SITE, 4);
    await world.advance(200);
    a.machine.kill();
    c.store.evict(a.store.server);
    await world.advance(10);
    expect(b.store.others(SITE)).toBe(4);
  });

  it('[S5] a machine without a network is evicted after its lease, and returns under another epoch', async () => {
    const { world, a, b } = await startTwo();
    a.machine.cut();
    await world.advance(6_000);
    expect(b.store.others(SITE)).toBe(2);
    await world.advance(3_500);
    expect(b.store.others(SITE)).toBe(0);
    a.store.report(SITE, 5);
    a.machine.heal();
    await world.advance(2_000);
    expect(b.store.others(SITE)).toBe(5);
    expect(a.bus.links).toBeGreaterThan(1);
  });

  it('[S5] new links of a server do not prolong the lease of a frozen one', async () => {
    const { world, a, b } = await startTwo();
    a.machine.freeze();
    for (let seconds = 0; seconds < 10; seconds++) {
      await world.advance(1_000);
      // No message is received any more: the self-probe fails, and a new link is made.
      b.bus.isDeaf = seconds % 3 === 0;
    }
    expect(b.bus.links).toBeGreaterThan(2);
    await world.advance(1_500);
    expect(b.store.others(SITE)).toBe(0);
  });

  it('[S6] a command fails after 1 s; then totals are stale, and the last counts stay', async () => {
    const { world, a } = await startTwo();
    a.machine.cut();
    await world.advance(3_300);
    expect(a.stale).toHaveLength(1);
    expect(a.stale[0]![0]).toBe(true);
    expect(a.store.others(SITE)).toBe(1);
    a.machine.heal();
    await world.advance(2_000);
    expect(a.stale.at(-1)).toEqual([false, undefined]);
  });

  it('[S6] nothing is queued while the bus is away: on its return everything is written once', async () => {
    const { world, a, b } = await startTwo();
    a.machine.cut();
    await world.advance(4_000);
    const before = a.bus.commands.length;
    for (let count = 3; count < 1_000; count++) {
      a.store.report(SITE, count);
      await world.advance(5);
    }
    expect(a.bus.commands.length - before).toBeLessThan(20);
    a.machine.heal();
    await world.advance(3_000);
    expect(b.store.others(SITE)).toBe(999);
  });

  it('[S4] a server that does not receive its own probes makes a new link within 2 s, and misses nothing', async () => {
    const { world, a, b } = await startTwo();
    a.bus.isDeaf = true;
    b.store.report(SITE, 7);
    await world.advance(1_700);
    a.bus.isDeaf = false;
    await world.advance(500);
    expect(a.bus.links).toBe(2);
    expect(a.store.others(SITE)).toBe(7);
    expect(a.stale).toEqual([]);
  });

  it('[S4] a missed delta shows as a gap at the next one', async () => {
    const { world, a, b } = await startTwo();
    await world.advance(1_000);
    a.bus.isDeaf = true;
    const sites = ['b.example', SITE].map((site) => [site, bucketOf(site)] as const);
    b.store.report(SITE, 5);
    await world.advance(20);
    a.bus.isDeaf = false;
    expect(a.store.others(SITE)).toBe(1);
    // Another site of the same bucket: its delta does not contain the first site.
    const neighbour = siteInBucket(sites[1]![1]);
    b.store.report(neighbour, 1);
    await world.advance(110);
    expect(a.store.others(SITE)).toBe(5);
    expect(a.store.others(neighbour)).toBe(1);
  });

  it('[S4] a missed last delta shows in the heartbeats', async () => {
    const { world, a, b } = await startTwo();
    a.bus.isDeaf = true;
    b.store.report(SITE, 5);
    await world.advance(20);
    a.bus.isDeaf = false;
    await world.advance(3_200);
    expect(a.store.others(SITE)).toBe(5);
  });

  it('[C9] if all keys of the bus are deleted, no total changes and everything is written again', async () => {
    const { world, a, b, start } = await startTwo();
    world.empty();
    for (let step = 0; step < 40; step++) {
      await world.advance(50);
      expect([a.store.others(SITE), b.store.others(SITE)]).toEqual([1, 2]);
    }
    const late = await start();
    late.store.report(SITE, 1);
    await world.advance(200);
    expect(late.store.others(SITE)).toBe(3);
  });

  it('[C9] totals are not stale when all servers are back at once, whenever the next heartbeat is due', async () => {
    // The first server is back before the second one, which it waits for.
    const { world, servers, start } = await startWorld(1, { random: () => 0.99 });
    servers.push(await start({ random: () => 0 }));
    for (const { store } of servers) store.report(SITE, 1);
    await world.advance(2_000);
    for (let round = 0; round < 20; round++) {
      world.empty();
      await world.advance(3_050);
      expect(servers.map(({ stale }) => stale)).toEqual([[], []]);
    }
    expect(servers.map(({ store }) => store.others(SITE))).toEqual([1, 1]);
  });

  it('[C9] keys that expire early, as after a jump of the clock of Redis, are written again', async () => {
    const { world, a, b, start } = await startTwo();
    const keys = [keyNames.registry, keyNames.snapshot(bucketOf(SITE), a.store.server)];
    void world
      .machine()
      .bus.connect({ message: () => {}, down: () => {} })
      .then((link) => link.run(keys.map((key) => ['DEL', key] as const)));
    await world.advance(2_000);
    expect([a.store.others(SITE), b.store.others(SITE)]).toEqual([1, 2]);
    const late = await start();
    late.store.report(SITE, 1);
    await world.advance(200);
    expect(late.store.others(SITE)).toBe(3);
  });

  it('[S5] a process that was stopped marks its totals as stale until they are up to date', async () => {
    const { world, a, b } = await startTwo();
    a.machine.freeze();
    await world.advance(10_000);
    expect(b.store.others(SITE)).toBe(0);
    b.store.report(SITE, 6);
    await world.advance(1_000);
    a.machine.wake();
    expect(a.stale.at(-1)?.[0]).toBe(true);
    await world.advance(2_000);
    expect(a.stale.at(-1)).toEqual([false, undefined]);
    expect([a.store.others(SITE), b.store.others(SITE)]).toEqual([6, 2]);
  });

  it('[S5] after a stop the first call of stale() reports that totals are stale, before any timer runs', async () => {
    const { world, a } = await startTwo();
    a.machine.freeze();
    await world.advance(5_000);
    expect(a.stale).toEqual([]);
    a.store.stale!(SITE);
    expect(a.stale).toMatchObject([[true, 'this process was stopped for a while']]);
  });

  it('[C7] all servers subtract a claimed member at once, until its old server acknowledges the claim', async () => {
    const { world, a, b, start } = await startTwo();
    const c = await start();
    c.store.report(SITE, 1);
    await world.advance(200);
    a.machine.freeze();
    b.store.claim!(SITE, 'member-1', { server: a.store.server, connectionNumber: 2 });
    b.store.report(SITE, 2);
    expect(b.store.others(SITE)).toBe(2);
    await world.advance(200);
    expect(c.store.others(SITE)).toBe(3);
    a.machine.wake();
    await world.advance(50);
    expect(a.claimed).toEqual([[SITE, 'member-1', 2]]);
    a.store.report(SITE, 1);
    await world.advance(200);
    expect([a, b, c].map(({ store }) => store.others(SITE))).toEqual([3, 2, 3]);
  });

  it('[S2] messages that break the format change nothing', async () => {
    const { world, a, b } = await startTwo();
    const bucket = keyNames.bucket(bucketOf(SITE));
    const invalid = [
      'x',
      '{}',
      '[]',
      'null',
      '{"kind":"leave"}',
      '{"kind":"evicted","epoch":"1"}',
      '{"kind":"claim","epoch":1,"by":"x:1","takeovers":[{"site":"a.example","first":1,"members":[[1,2]]}]}',
      `{"s":"${b.store.server}","e":1,"q":99,"c":[["a.example",-5]]}`,
      `{"s":"${b.store.server}","e":1,"q":99,"c":[["a.example",1e99]]}`,
      '{"s":"../../x","e":1,"q":1,"f":1,"c":[["a.example",5]]}',
      // A site that does not belong to this bucket.
      `{"s":"${b.store.server}","e":1,"q":99,"f":1,"c":[["elsewhere.example",5]]}`.replace('"q":99', '"q":0'),
    ];
    for (const channel of [bucket, keyNames.allServers, keyNames.server(a.store.server)]) {
      for (const message of invalid) void b.bus.publish(channel, message);
    }
    await world.advance(3_000);
    expect([a.store.others(SITE), b.store.others(SITE)]).toEqual([1, 2]);
    expect([a.bus.links, b.bus.links]).toEqual([1, 1]);
  });
});

/** A site of a bucket. */
function siteInBucket(bucket: number): string {
  for (let i = 0; ; i++) {
    const site = `site-${i}.example`;
    if (bucketOf(site) === bucket) return site;
  }
}
