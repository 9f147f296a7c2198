import { describe, expect, it } from 'vitest';
import { bucketOf, createKeyNames } from '../../src/store/mesh/wire/keys.ts';
import { startWorld } from '../helpers/mesh-world.ts';

const SITE = 'a.example';
const names = createKeyNames('test');

/** Two servers with people on one site: 2 on the first, 1 on the second. */
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
  it('[S5] a process that dies is left out within 2 s', async () => {
    const { world, a, b } = await startTwo();
    a.machine.kill();
    await world.advance(2_000);
    expect(b.store.others(SITE)).toBe(0);
    expect(b.stale).toEqual([]);
  });

  it('[S5] one that another server knows to be dead is left out everywhere at once', async () => {
    const { world, a, b, start } = await startTwo();
    const c = await start();
    c.store.report(SITE, 4);
    await world.advance(200);
    a.machine.kill();
    c.store.evict(a.store.server);
    await world.advance(10);
    expect(b.store.others(SITE)).toBe(4);
  });

  it('[S5] a machine that is lost is left out after its lease, and comes back under another epoch', async () => {
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

  it('[S5] links that come and go do not hide a machine that is lost', async () => {
    const { world, a, b } = await startTwo();
    a.machine.freeze();
    for (let seconds = 0; seconds < 10; seconds++) {
      await world.advance(1_000);
      // What others say does not get here any more: the link is given up, and another made.
      b.bus.deaf = seconds % 3 === 0;
    }
    expect(b.bus.links).toBeGreaterThan(2);
    await world.advance(1_500);
    expect(b.store.others(SITE)).toBe(0);
  });

  it('[S6] commands fail after 1 s, totals are then old, and what is counted here stays what it is', async () => {
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

  it('[S6] nothing is kept for a bus that is away: on its return everything is written once', async () => {
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

  it('[S4] a server that does not hear itself any more makes a new link within 2 s, and misses nothing', async () => {
    const { world, a, b } = await startTwo();
    a.bus.deaf = true;
    b.store.report(SITE, 7);
    await world.advance(1_700);
    a.bus.deaf = false;
    await world.advance(500);
    expect(a.bus.links).toBe(2);
    expect(a.store.others(SITE)).toBe(7);
    expect(a.stale).toEqual([]);
  });

  it('[S4] a report that is missed shows in the next one', async () => {
    const { world, a, b } = await startTwo();
    await world.advance(1_000);
    a.bus.deaf = true;
    const sites = ['b.example', SITE].map((site) => [site, bucketOf(site)] as const);
    b.store.report(SITE, 5);
    await world.advance(20);
    a.bus.deaf = false;
    expect(a.store.others(SITE)).toBe(1);
    // Another site of the same bucket: the report on it says nothing of the first.
    const neighbour = siteInBucket(sites[1]![1]);
    b.store.report(neighbour, 1);
    await world.advance(110);
    expect(a.store.others(SITE)).toBe(5);
    expect(a.store.others(neighbour)).toBe(1);
  });

  it('[S4] the last report, when it is missed, shows in the beats', async () => {
    const { world, a, b } = await startTwo();
    a.bus.deaf = true;
    b.store.report(SITE, 5);
    await world.advance(20);
    a.bus.deaf = false;
    await world.advance(3_200);
    expect(a.store.others(SITE)).toBe(5);
  });

  it('[C9] a bus that is emptied changes no total: everything is written again', async () => {
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

  it('[C9] keys that vanish, as by a jump of the clock in Redis, are written again', async () => {
    const { world, a, b, start } = await startTwo();
    const keys = [names.registry, names.snapshot(bucketOf(SITE), a.store.server)];
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

  it('[S5] a process that was stopped says nothing old as new: it is marked until it has caught up', async () => {
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

  it('[S5] whoever asks on waking, before anything else has run, is told that totals are old', async () => {
    const { world, a } = await startTwo();
    a.machine.freeze();
    await world.advance(5_000);
    expect(a.stale).toEqual([]);
    a.store.stale!(SITE);
    expect(a.stale).toMatchObject([[true, 'this process was stopped for a while']]);
  });

  it('[C7] whoever was taken over is subtracted at once, by everybody, until the other has answered', async () => {
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

  it('[S2] what a server hears is guarded: nonsense on its channels changes nothing', async () => {
    const { world, a, b } = await startTwo();
    const bucket = names.bucket(bucketOf(SITE));
    const nonsense = [
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
    for (const channel of [bucket, names.allServers, names.server(a.store.server)]) {
      for (const message of nonsense) void b.bus.say(channel, message);
    }
    await world.advance(3_000);
    expect([a.store.others(SITE), b.store.others(SITE)]).toEqual([1, 2]);
    expect([a.bus.links, b.bus.links]).toEqual([1, 1]);
  });
});

/** Some site that lies in a bucket. */
function siteInBucket(bucket: number): string {
  for (let i = 0; ; i++) {
    const site = `site-${i}.example`;
    if (bucketOf(site) === bucket) return site;
  }
}
