import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Counter } from '../../src/core/counter.ts';
import type { Membership } from '../../src/core/membership.ts';
import { bucketOf, BUCKETS, createKeyNames } from '../../src/store/mesh/wire/keys.ts';
import type { MeshStore } from '../../src/store/mesh/mesh-store.ts';
import { createFakeConnection, type FakeConnection } from '../helpers/fake-connection.ts';
import { meshStore } from '../helpers/mesh.ts';
import { startWorld } from '../helpers/mesh-world.ts';
import { createWorld, type Machine, type World } from '../helpers/virtual-world.ts';

const SITE = 'a.example';
const keyNames = createKeyNames('test');

describe('pages over servers of a mesh', () => {
  it('[S2] are published with their site, in one write and one message a tick', async () => {
    const { world, servers } = await startWorld(2);
    const [a, b] = servers as [(typeof servers)[0], (typeof servers)[0]];
    b.store.report(SITE, 1);
    a.store.report(SITE, 1);
    await world.advance(1_000);
    a.bus.commands.length = 0;
    for (const key of [`${SITE}/a`, `${SITE}/b`, `${SITE}#`, `${SITE}?`, SITE]) a.store.report(key, 2);
    await world.advance(150);
    const written = a.bus.commands.filter(([, key]) =>
      String(key).startsWith(keyNames.bucket(bucketOf(SITE))),
    );
    expect(written.map(([name]) => name)).toEqual(['HSET', 'PUBLISH']);
    expect([...b.store.pageKeys!(SITE)].sort()).toEqual([`${SITE}/a`, `${SITE}/b`]);
    expect([`${SITE}/a`, `${SITE}#`, `${SITE}?`].map((key) => b.store.others(key))).toEqual([2, 2, 2]);
    expect([...b.store.pageKeys!('a.example.org')]).toEqual([]);
  });

  it('[S2] a server that watches all sites knows those without members of its own, until it stops', async () => {
    const { world, servers } = await startWorld(2);
    const [a, b] = servers as [(typeof servers)[0], (typeof servers)[0]];
    const stop = a.store.watchAll!();
    const stopAgain = a.store.watchAll!();
    await world.advance(200);
    expect(a.bus.channels.size).toBe(BUCKETS + 2);
    b.store.report(SITE, 3);
    await world.advance(300);
    expect([a.store.others(SITE), a.store.stale!(SITE)]).toEqual([3, false]);
    stop();
    stop();
    await world.advance(70_000);
    expect(a.bus.channels.size).toBe(BUCKETS + 2);
    stopAgain();
    await world.advance(70_000);
    expect(a.bus.channels.size).toBe(2);
    expect(a.store.stale!(SITE)).toBe(true);
  });

  it('[C7] claims of pages leave room for those of sites', async () => {
    const moveLimits = { maxPending: 10 };
    const { world, servers, start } = await startWorld(1, { moveLimits });
    for (let i = 0; i < 20; i++) {
      for (const key of [`${SITE}/a`, SITE]) {
        servers[0]!.store.claim!(key, `member-${i}`, { server: 'ghost', connectionNumber: 2 });
      }
    }
    const ghost = await start({ server: 'ghost' });
    await world.advance(2_000);
    const claimed = ghost.claimed.map(([key]) => key);
    expect(claimed.filter((key) => key === SITE).length).toBeGreaterThan(5);
    expect(claimed).toHaveLength(10);
  });
});

interface Server {
  machine: Machine;
  store: MeshStore;
  counter: Counter;
}

interface Client {
  id: string;
  server: number;
  page: string;
  tabs: number;
  connection: FakeConnection;
  membership: Membership;
}

async function startServers(world: World, count: number): Promise<Server[]> {
  const servers = Array.from({ length: count }, (_, number): Server => {
    const machine = world.machine();
    const store = meshStore({ ...machine, server: `s${number}`, random: () => 0.5 });
    const counter = new Counter({
      clock: machine.clock,
      store,
      observer: { published() {}, stale() {} },
      minUpdateIntervalMs: 100,
      decreaseDelayMs: 1_000,
      maxBroadcastCpu: 0.2,
      random: () => 0.5,
    });
    void counter.open();
    return { machine, store, counter };
  });
  await world.advance(3_000);
  return servers;
}

const step = fc.record({
  client: fc.nat(5),
  action: fc.constantFrom('join', 'join', 'reconnect', 'reconnect', 'page', 'tabs', 'leave', 'kill'),
  server: fc.nat(2),
  page: fc.constantFrom('/', '/a', '/b'),
  tabs: fc.integer({ min: 1, max: 4 }),
  waitMs: fc.constantFrom(0, 0, 50, 300, 3_000),
});

describe('members with pages that move between servers', () => {
  it('[C7] count once on their page at any time, and in the end every server has the true sums', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (steps) => {
        const world = createWorld();
        const servers = await startServers(world, 3);
        let alive = [...servers];
        const clients = new Map<number, Client>();
        let mayOverlapUntil = 0;

        const connect = (
          number: number,
          client: Omit<Client, 'connection' | 'membership'>,
          token?: string,
        ) => {
          const connection = createFakeConnection();
          const { id, page, tabs } = client;
          const details = { page, tabs, resumeToken: token };
          const membership = servers[client.server]!.counter.join(SITE, id, connection, details);
          clients.set(number, { ...client, connection, membership });
        };
        const reconnect = (number: number, { connection, ...client }: Client, server: number): void =>
          connect(number, { ...client, server }, connection.resumeToken);
        const liveServer = (choice: number): number => servers.indexOf(alive[choice % alive.length]!);

        for (const { client: number, action, server, page, tabs, waitMs } of steps) {
          const client = clients.get(number);
          if (action === 'join' && !client) {
            connect(number, { id: `member-${number}`, server: liveServer(server), page, tabs });
          } else if (action === 'reconnect' && client) {
            // The older connection is half-open: only its server's knowledge of the claim ends it.
            reconnect(number, client, liveServer(server));
          } else if (action === 'page' && client) {
            client.membership.setDetails({ page });
            client.page = page;
          } else if (action === 'tabs' && client) {
            client.membership.setDetails({ tabs });
            client.tabs = tabs;
          } else if (action === 'leave' && client) {
            client.membership.leave();
            clients.delete(number);
            // The same id joins again as a new member, and its older server may still count it.
            mayOverlapUntil = world.now() + 2_000;
          } else if (action === 'kill' && alive.length > 1) {
            const dead = servers[liveServer(server)]!;
            alive = alive.filter((one) => one !== dead);
            dead.machine.kill();
            mayOverlapUntil = world.now() + 14_000;
            for (const [key, one] of clients) {
              if (servers[one.server] === dead) reconnect(key, one, liveServer(key));
            }
          }
          if (action === 'page') mayOverlapUntil = Math.max(mayOverlapUntil, world.now() + 500);
          for (let left = waitMs; left > 0; left -= 50) {
            await world.advance(50);
            if (world.now() < mayOverlapUntil) continue;
            for (const { counter } of alive) {
              if (counter.isStale(SITE)) continue;
              expect(counter.count(SITE).people).toBeLessThanOrEqual(clients.size);
              const counted = [...counter.pages(SITE).pages.values()].reduce((sum, count) => sum + count, 0);
              expect(counted).toBeLessThanOrEqual(clients.size);
            }
          }
        }
        await world.advance(20_000);
        const present = [...clients.values()];
        const pages = new Map<string, number>();
        for (const client of present) pages.set(client.page, (pages.get(client.page) ?? 0) + 1);
        const expected = {
          count: { people: present.length, tabs: present.reduce((sum, one) => sum + one.tabs, 0) },
          pages,
        };
        for (const { server, connection, page } of present) {
          const { counter } = servers[server]!;
          const actual = { count: counter.count(SITE), pages: counter.pages(SITE).pages };
          expect(actual).toEqual(expected);
          expect([connection.totals.at(-1), connection.pages.at(-1)]).toEqual([
            present.length,
            pages.get(page),
          ]);
          expect(connection.closed).toBeUndefined();
        }
      }),
      { numRuns: Number(process.env['MESH_RUNS'] ?? 40), seed: Number(process.env['MESH_SEED'] ?? 4) },
    );
  });
});
