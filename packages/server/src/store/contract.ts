import assert from 'node:assert/strict';
import type { Store, StoreListener } from '../core/ports.ts';

/** Creates stores that share their counts, as those of several servers do. */
export interface StoreContractSetup {
  /** Creates the store of one more server, without opening it. */
  create(): Store;
  /** Releases what the stores share. They have been closed before. */
  end?(): Promise<void>;
}

/** One rule for every store, for any test runner. */
export interface StoreContractCase {
  name: string;
  /**
   * Runs the case with stores of its own.
   *
   * @throws AssertionError if the store breaks the rule.
   */
  run(createSetup: () => StoreContractSetup | Promise<StoreContractSetup>): Promise<void>;
}

interface Server {
  store: Store;
  /** The sites that the store has reported as changed. */
  changed: Set<string>;
  /** The members that other servers have claimed. */
  claimed: [site: string, member: string, connectionNumber: number][];
  /** Whether the store has reported that it is stale. */
  stale: boolean;
}

/** How long a report may take to reach another store, in ms. */
const TIMEOUT_MS = 5_000;
const SITE = 'example.org';

/**
 * The rules for every store, as cases for any test runner.
 *
 * @example
 * ```ts
 * import { test } from 'node:test';
 * import { createMemoryHub, memoryStore } from '@live-online/server';
 * import { storeContract } from '@live-online/server/testing';
 *
 * for (const { name, run } of storeContract) {
 *   const hub = createMemoryHub();
 *   test(name, () => run(() => ({ create: () => memoryStore(hub) })));
 * }
 * ```
 */
export const storeContract: readonly StoreContractCase[] = [
  contractCase('a store without others returns 0 and no sites', async (open) => {
    const { store } = await open();
    store.report(SITE, 3);
    assert.equal(store.others(SITE), 0);
    assert.deepEqual([...store.sites()], []);
  }),
  contractCase('a report of one server reaches the others, which are notified', async (open) => {
    const [a, b] = [await open(), await open()];
    b.store.report(SITE, 1);
    a.store.report(SITE, 3);
    await eventually(() => assert.deepEqual(othersOf(a, b), [1, 3]));
    assert.ok(b.changed.has(SITE));
    assert.deepEqual([...b.store.sites()], [SITE]);
  }),
  contractCase('a site that is known is not stale', async (open) => {
    const [a, b] = [await open(), await open()];
    a.store.report(SITE, 3);
    b.store.report(SITE, 1);
    await eventually(() =>
      assert.deepEqual([b.store.others(SITE), b.store.stale?.(SITE) ?? false], [3, false]),
    );
    assert.ok(!b.stale);
  }),
  contractCase('a claimed member counts once, also before its old server acknowledges', async (open) => {
    const [a, b] = [await open(), await open()];
    // A store whose members cannot move between servers has no name.
    if (a.store.server === undefined) return;
    a.store.report(SITE, 2);
    b.store.report(SITE, 1);
    await eventually(() => assert.equal(b.store.others(SITE), 2));
    b.store.claim?.(SITE, 'member-1', { server: a.store.server, connectionNumber: 2 });
    b.store.report(SITE, 2);
    assert.equal(b.store.others(SITE), 1);
    await eventually(() => assert.deepEqual(a.claimed, [[SITE, 'member-1', 2]]));
    a.store.report(SITE, 1);
    await eventually(() => assert.deepEqual(othersOf(a, b), [2, 1]));
  }),
  contractCase('reports are absolute: a repeated report changes nothing', async (open) => {
    const [a, b] = [await open(), await open()];
    for (let i = 0; i < 3; i++) a.store.report(SITE, 2);
    a.store.report('last.example', 1);
    for (const site of [SITE, 'last.example']) b.store.report(site, 1);
    await eventually(() => assert.equal(b.store.others('last.example'), 1));
    await eventually(() => assert.equal(b.store.others(SITE), 2));
  }),
  contractCase('each server receives the sum of all others', async (open) => {
    const [a, b, c] = [await open(), await open(), await open()];
    a.store.report(SITE, 1);
    b.store.report(SITE, 2);
    c.store.report(SITE, 4);
    await eventually(() => assert.deepEqual(othersOf(a, b, c), [6, 5, 3]));
  }),
  contractCase('sites are separate, whatever their names', async (open) => {
    const [a, b] = [await open(), await open()];
    const names = ['a.example', '*', 'a:b', '__proto__', 'constructor', '[::1]', 'xn--bcher-kva.example'];
    names.forEach((name, index) => a.store.report(name, index + 1));
    for (const name of names) b.store.report(name, 1);
    const expected = names.map((_, index) => index + 1);
    await eventually(() =>
      assert.deepEqual(
        names.map((name) => b.store.others(name)),
        expected,
      ),
    );
    assert.deepEqual([...b.store.sites()].sort(), [...names].sort());
    assert.equal(b.store.others('never.example'), 0);
  }),
  contractCase('a site without members is removed', async (open) => {
    const [a, b] = [await open(), await open()];
    b.store.report(SITE, 1);
    a.store.report(SITE, 2);
    await eventually(() => assert.equal(b.store.others(SITE), 2));
    b.changed.clear();
    a.store.report(SITE, 0);
    await eventually(() => assert.equal(b.store.others(SITE), 0));
    assert.ok(b.changed.has(SITE));
    assert.deepEqual([...b.store.sites()], []);
  }),
  contractCase('the members of a server that closes are not counted', async (open) => {
    const [a, b] = [await open(), await open()];
    a.store.report(SITE, 2);
    b.store.report(SITE, 1);
    await eventually(() => assert.equal(b.store.others(SITE), 2));
    b.changed.clear();
    await a.store.close();
    await a.store.close();
    await eventually(() => assert.equal(b.store.others(SITE), 0));
    assert.ok(b.changed.has(SITE));
  }),
  contractCase('a report after close() is ignored', async (open) => {
    const [a, b] = [await open(), await open()];
    b.store.report(SITE, 1);
    a.store.report(SITE, 2);
    await eventually(() => assert.equal(b.store.others(SITE), 2));
    await a.store.close();
    a.store.report(SITE, 5);
    b.store.report('last.example', 1);
    await eventually(() => assert.equal(b.store.others(SITE), 0));
  }),
  contractCase('a server that starts later receives the counts of the others', async (open) => {
    const a = await open();
    a.store.report(SITE, 2);
    const b = await open();
    b.store.report(SITE, 1);
    await eventually(() => assert.deepEqual([b.store.others(SITE), b.changed.has(SITE)], [2, true]));
  }),
];

function contractCase(name: string, body: (open: () => Promise<Server>) => Promise<void>): StoreContractCase {
  return {
    name,
    async run(createSetup) {
      const setup = await createSetup();
      const stores: Store[] = [];
      try {
        await body(async () => {
          const server: Server = { store: setup.create(), changed: new Set(), claimed: [], stale: false };
          const listener: StoreListener = {
            changed: (site) => server.changed.add(site),
            stale: (stale) => (server.stale = stale),
            claimed: (...member) => server.claimed.push(member),
          };
          stores.push(server.store);
          await server.store.open(listener);
          return server;
        });
      } finally {
        await Promise.all(stores.map((store) => store.close()));
        await setup.end?.();
      }
    },
  };
}

function othersOf(...servers: Server[]): number[] {
  return servers.map(({ store }) => store.others(SITE));
}

async function eventually(check: () => void): Promise<void> {
  const deadline = Date.now() + TIMEOUT_MS;
  for (;;) {
    try {
      return check();
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
