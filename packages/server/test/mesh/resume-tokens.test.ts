import { describe, expect, it } from 'vitest';
import { BUCKETS, createKeyNames } from '../../src/store/mesh/wire/keys.ts';
import { startWorld, type WorldServer } from '../helpers/mesh-world.ts';
import type { World } from '../helpers/virtual-world.ts';

const SITE = 'a.example';
const keyNames = createKeyNames('test');

/** A client connects with a resume token of another server, and disconnects. */
function visit({ store }: WorldServer, from: string, member: string, site = SITE): void {
  store.claim!(site, member, { server: from, connectionNumber: 2 });
  store.report(site, 1);
  store.report(site, 0);
}

/** How many sites a server has published entries for. */
async function sitesOf(world: World, server: string): Promise<number> {
  let sites = 0;
  const link = await (async () => {
    const connecting = world.machine().bus.connect({ message() {}, down() {} });
    await world.advance(10);
    return connecting;
  })();
  const keys = Array.from({ length: BUCKETS }, (_, bucket) => keyNames.snapshot(bucket, server));
  const reading = link.run(keys.map((key) => ['HGETALL', key] as const));
  await world.advance(10);
  // One field is the head.
  for (const snapshot of await reading)
    sites += Math.max(0, (snapshot as ReadonlyMap<string, string>).size - 1);
  return sites;
}

describe('what servers remember because of resume tokens', () => {
  it('[C7] a member from an unknown server is remembered for 15 s; later members do not prolong that', async () => {
    const { world, servers, start } = await startWorld(1);
    for (let second = 0; second < 60; second++) {
      visit(servers[0]!, 'ghost', `member-${second}`);
      await world.advance(1_000);
    }
    // A server that starts receives a claim for each member that is remembered.
    const ghost = await start({ server: 'ghost' });
    await world.advance(2_000);
    const claimed = ghost.claimed.map(([, member]) => member);
    expect(claimed.length).toBeGreaterThanOrEqual(13);
    expect(claimed.length).toBeLessThanOrEqual(16);
    expect(claimed.at(-1)).toBe('member-59');
  });

  it('[C7] [SEC16] at most 10,000 members from unknown servers are remembered, of all names together', async () => {
    const { world, servers, start } = await startWorld(1);
    for (let i = 0; i < 12_000; i++)
      visit(servers[0]!, `ghost-${i % 3}`, `member-${i}`, `site-${i % 7}.example`);
    const ghosts = [];
    for (const server of ['ghost-0', 'ghost-1', 'ghost-2']) ghosts.push(await start({ server }));
    await world.advance(3_000);
    expect(ghosts.map(({ claimed }) => claimed.length).reduce((sum, count) => sum + count)).toBe(10_000);
  });

  it('[C7] a member is claimed once its old server becomes known, and does not count twice', async () => {
    const { world, servers, start } = await startWorld(1);
    const a = servers[0]!;
    a.store.report(SITE, 2);
    // It has just started when its network is cut, and another server starts.
    const late = await start();
    late.machine.cut();
    const early = await start({ server: 'early' });
    early.store.report(SITE, 1);
    for (let second = 0; second < 10; second++) {
      visit(late, 'unknown', `made-up-${second}`);
      await world.advance(1_000);
    }
    late.store.claim!(SITE, 'member-1', { server: 'early', connectionNumber: 2 });
    late.store.report(SITE, 1);
    await world.advance(8_000);
    late.machine.heal();
    await world.advance(3_000);
    expect(early.claimed).toEqual([[SITE, 'member-1', 2]]);
    early.store.report(SITE, 0);
    await world.advance(500);
    expect([a, late].map(({ store }) => store.others(SITE))).toEqual([1, 2]);
  });

  it('[C7] later members do not prolong the claims on a dead server', async () => {
    const { world, servers } = await startWorld(2);
    const [a, b] = servers as [WorldServer, WorldServer];
    a.machine.kill();
    for (let second = 0; second < 40; second++) {
      visit(b, a.store.server, `member-${second}`);
      await world.advance(1_000);
    }
    expect(await sitesOf(world, b.store.server)).toBe(0);
  });

  it('[C7] [SEC16] made-up sites and members of a known server leave a bounded number of entries, for a bounded time', async () => {
    const moveLimits = { maxClaims: 50, maxAcknowledged: 100 };
    const { world, servers } = await startWorld(2, { moveLimits });
    const [a, b] = servers as [WorldServer, WorldServer];
    for (let i = 0; i < 2_000; i++) {
      visit(b, a.store.server, `member-${i}`, `site-${i}.example`);
      if (i % 20 === 0) await world.advance(400);
    }
    await world.advance(400);
    expect(await sitesOf(world, b.store.server)).toBeLessThanOrEqual(50);
    expect(await sitesOf(world, a.store.server)).toBeLessThanOrEqual(100);
    // Claims past the bound were not sent, and all others once.
    expect(new Set(a.claimed.map(([site]) => site)).size).toBe(a.claimed.length);
    expect(a.claimed.length).toBeGreaterThan(1_500);
    await world.advance(60_000);
    expect([await sitesOf(world, a.store.server), await sitesOf(world, b.store.server)]).toEqual([0, 0]);
  });

  it('[C7] while the bus is away the number of claimed members is bounded', async () => {
    const { world, servers } = await startWorld(2, { moveLimits: { maxUnacknowledged: 100 } });
    const [a, b] = servers as [WorldServer, WorldServer];
    b.machine.cut();
    await world.advance(3_000);
    for (let i = 0; i < 500; i++) visit(b, a.store.server, `member-${i}`);
    b.machine.heal();
    await world.advance(3_000);
    expect(a.claimed).toHaveLength(100);
    // All of them are acknowledged, so that there is room again.
    visit(b, a.store.server, 'member-last');
    await world.advance(500);
    expect(a.claimed.at(-1)).toEqual([SITE, 'member-last', 2]);
  });
});
