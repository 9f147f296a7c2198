import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFakeClock, type FakeClock } from '@live-online/internal/testing/fake-clock';
import { Counter } from '../../src/core/counter.ts';
import type { Membership } from '../../src/core/membership.ts';
import type { Store, TotalUpdate } from '../../src/core/ports.ts';
import { createMemoryHub, memoryStore } from '../../src/store/memory.ts';
import { createFakeConnection, type FakeConnection } from '../helpers/fake-connection.ts';
import { createFakeStore } from '../helpers/fake-store.ts';

const SITE = 'a.example';

async function startCounter(store: Store, clock: FakeClock, published: TotalUpdate[] = []): Promise<Counter> {
  const counter = new Counter({
    clock,
    store,
    observer: { published: (update) => void published.push(update), stale() {} },
    minUpdateIntervalMs: 100,
    decreaseDelayMs: 1_000,
    maxBroadcastCpu: 0.2,
    random: () => 0.5,
  });
  await counter.open();
  return counter;
}

async function setUp(store: Store = memoryStore()) {
  const clock = createFakeClock();
  const published: TotalUpdate[] = [];
  const counter = await startCounter(store, clock, published);
  const join = (member: string, page?: string, tabs?: number, resumeToken?: string) => {
    const connection = createFakeConnection();
    const membership = counter.join(SITE, member, connection, { page, tabs, resumeToken });
    return { connection, membership };
  };
  return { clock, counter, join, published };
}

describe('the count of a page', () => {
  it('[C3] comes at once, the member itself included, behind the total', async () => {
    const { join } = await setUp();
    expect(join('m', '/a').connection).toMatchObject({ totals: [1], pages: [1] });
    expect(join('n').connection).toMatchObject({ totals: [2], pages: [] });
  });

  it('[C4] rises at the next tick, and falls a second later', async () => {
    const { clock, join } = await setUp();
    const { connection } = join('m', '/a');
    const other = join('n', '/a');
    clock.advance(100);
    expect(connection.pages.at(-1)).toBe(2);
    other.membership.leave();
    clock.advance(900);
    expect(connection.pages.at(-1)).toBe(2);
    clock.advance(400);
    expect(connection.pages.at(-1)).toBe(1);
  });

  it('[C4] a member that moves changes neither the total nor what others see of it', async () => {
    const { clock, counter, join, published } = await setUp();
    const [stays, moves] = [join('stays', '/a'), join('moves', '/a')];
    clock.advance(2_000);
    published.length = 0;
    moves.membership.setDetails({ page: '/b' });
    expect(moves.connection.pages.at(-1)).toBe(1);
    expect(counter.pages(SITE)).toEqual({ pages: new Map([['/a', 1], ['/b', 1]]), other: 0 }); // prettier-ignore
    clock.advance(5_000);
    expect(published.filter(({ site }) => site === SITE)).toEqual([]);
    expect([...stays.connection.totals, ...moves.connection.totals].every((total) => total > 0)).toBe(true);
    expect(stays.connection.pages.at(-1)).toBe(1);
  });

  it('[C7] does not flicker if a member connects again, and its older connection changes nothing', async () => {
    const { clock, counter, join } = await setUp();
    const other = join('other', '/a');
    const older = join('m', '/a', 2);
    clock.advance(2_000);
    const before = other.connection.pages.length;
    const newer = join('m', '/a', 2);
    older.membership.setDetails({ page: '/b', tabs: 9 });
    older.membership.leave();
    clock.advance(2_000);
    expect(older.connection.closed).toBe('replaced');
    expect(newer.connection.pages).toEqual([2]);
    expect(other.connection.pages.slice(before)).toEqual([]);
    expect(counter.count(SITE)).toEqual({ people: 2, tabs: 3 });
  });

  it('[C2] is 0 for a page that is not counted by itself', async () => {
    const { counter, join } = await setUp();
    for (let number = 0; number < 1_000; number++) join(`m${number}`, `/${number}`);
    const { connection, membership } = join('late', '/late');
    expect(connection.pages).toEqual([0]);
    expect(counter.pages(SITE)).toMatchObject({ other: 1 });
    membership.setDetails({ page: '/7' });
    expect(connection.pages).toEqual([0, 2]);
  });

  it('[C1] pages are no sites', async () => {
    const { counter, join } = await setUp();
    join('m', '/a', 5);
    expect([...counter.totals()]).toEqual([[SITE, 1]]);
  });
});

describe('a member that was on another server', () => {
  it('[C7] is claimed for its page before it is counted there', async () => {
    const store = createFakeStore('here');
    const { join } = await setUp(store);
    join('member-1', '/a', 1, 'there.1');
    const from = { server: 'there', connectionNumber: 2 };
    expect(store.calls).toEqual([
      ['claim', SITE, 'member-1', from],
      ['claim', `${SITE}/a`, 'member-1', from],
      ['report', SITE, 1],
      ['report', `${SITE}/a`, 1],
    ]);
  });

  it.each([[[SITE, `${SITE}/a`]], [[`${SITE}/a`, SITE]], [[SITE]]])(
    '[C7] leaves its page when %j is claimed from here',
    async (keys) => {
      const store = createFakeStore('here');
      const { counter, join } = await setUp(store);
      const { connection } = join('member-1', '/a', 2);
      for (const key of keys) store.listener.claimed(key, 'member-1', 2);
      expect(connection.closed).toBe('replaced');
      expect(counter.count(SITE)).toEqual({ people: 0, tabs: 0 });
      expect(counter.pages(SITE).pages.size).toBe(0);
      expect(store.calls.slice(-1)[0]?.[0]).toBe('report');
    },
  );

  it('[S7] is counted on its page until its reconnect deadline while it is migrated', async () => {
    const store = createFakeStore('here');
    store.setPeers(1);
    const { clock, counter, join } = await setUp(store);
    const { connection, membership } = join('member-1', '/a', 3);
    void counter.migrate(0);
    clock.advance(200);
    expect(connection.closed).toBe('migrated');
    membership.leave();
    expect(counter.count(SITE)).toEqual({ people: 1, tabs: 3 });
    expect(counter.pages(SITE).pages.get('/a')).toBe(1);
    clock.advance(6_000);
    expect(counter.count(SITE)).toEqual({ people: 0, tabs: 0 });
    expect(counter.pages(SITE).pages.size).toBe(0);
  });
});

/** What a member does. Its numbers choose a server, a page and tabs. */
const step = fc.record({
  member: fc.nat(5),
  action: fc.constantFrom('join', 'join', 'move', 'tabs', 'leave', 'wait'),
  server: fc.nat(2),
  page: fc.option(fc.constantFrom('/', '/a', '/b'), { nil: undefined }),
  tabs: fc.integer({ min: 1, max: 4 }),
});

interface ModelMember {
  server: number;
  page: string | undefined;
  tabs: number;
  connection: FakeConnection;
  membership: Membership;
}

describe('pages and tabs over several servers', () => {
  it('[C9] the sums are always those of the members, and each receives the count of its page', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const hub = createMemoryHub();
        const clock = createFakeClock();
        const counters = await Promise.all([0, 1, 2].map(() => startCounter(memoryStore(hub), clock)));
        const members = new Map<string, ModelMember>();
        for (const { member, action, server, page, tabs } of steps) {
          // The servers of a memory hub do not claim members: a member has an id for each of them.
          const known = [...members.keys()].find((id) => id.startsWith(`member-${member}-`));
          const id = known ?? `member-${member}-${server}`;
          const present = members.get(id);
          if (action === 'join') {
            const at = present?.server ?? server;
            const connection = createFakeConnection();
            const membership = counters[at]!.join(SITE, id, connection, { page, tabs });
            members.set(id, { server: at, page, tabs, connection, membership });
          } else if (action === 'move' && page !== undefined) {
            present?.membership.setDetails({ page });
            if (present) present.page = page;
          } else if (action === 'tabs') {
            present?.membership.setDetails({ tabs });
            if (present) present.tabs = tabs;
          } else if (action === 'leave') {
            present?.membership.leave();
            members.delete(id);
          } else if (action === 'wait') clock.advance(300);

          const present_ = [...members.values()];
          const expected = {
            count: { people: present_.length, tabs: present_.reduce((sum, one) => sum + one.tabs, 0) },
            pages: countBy(present_.flatMap((one) => one.page ?? [])),
          };
          for (const counter of counters) {
            const { pages, other } = counter.pages(SITE);
            expect({ count: counter.count(SITE), pages: sorted(pages), other }).toEqual({
              ...expected,
              other: 0,
            });
          }
        }
        clock.advance(5_000);
        const pages = new Map(countBy([...members.values()].flatMap((one) => one.page ?? [])));
        for (const { connection, page } of members.values()) {
          expect(connection.totals.at(-1)).toBe(members.size);
          expect(connection.pages.at(-1)).toBe(page === undefined ? undefined : pages.get(page));
          expect(connection.totals.every((total) => total > 0)).toBe(true);
        }
        await Promise.all(counters.map((counter) => counter.close()));
      }),
      { numRuns: 150 },
    );
  });
});

function countBy(paths: string[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const path of paths) counts.set(path, (counts.get(path) ?? 0) + 1);
  return sorted(counts);
}

function sorted(counts: Map<string, number>): [string, number][] {
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
}
