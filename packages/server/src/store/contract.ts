import assert from 'node:assert/strict';
import type { Store, StoreListener } from '../core/ports.ts';

/** Makes stores that share what they know, as those of several servers do. */
export interface StoreGround {
  /** A store for one more server; not opened yet. */
  create(): Store;
  /** Undoes whatever the ground needed. The stores have been closed before. */
  end?(): Promise<void>;
}

/** One thing that every store must do, to be run by any test runner. */
export interface StoreContractCase {
  name: string;
  /**
   * Runs the case on a ground of its own.
   *
   * @throws AssertionError when the store does not keep its contract.
   */
  run(createGround: () => StoreGround | Promise<StoreGround>): Promise<void>;
}

interface Server {
  store: Store;
  /** The sites that were reported as changed since the last look. */
  changed: Set<string>;
  /** The members that others were reported to have taken over. */
  claimed: [site: string, member: string, connectionNumber: number][];
  /** What the store has last said of itself. */
  stale: boolean;
}

/** How long a store may take to pass a report on, in ms. */
const TIMEOUT_MS = 5_000;

/**
 * What every store must do. With vitest:
 *
 * ```ts
 * for (const { name, run } of storeContract) it(name, () => run(() => ({ create: () => myStore() })));
 * ```
 */
export const storeContract: readonly StoreContractCase[] = [
  contractCase('a store that is alone knows of nobody else', async (open) => {
    const { store } = await open();
    store.report('example.org', 3);
    assert.equal(store.others('example.org'), 0);
    assert.deepEqual([...store.sites()], []);
  }),
  contractCase('what one server reports is what the others have, and they are told', async (open) => {
    const [a, b] = [await open(), await open()];
    b.store.report('example.org', 1);
    a.store.report('example.org', 3);
    await eventually(() => {
      assert.equal(b.store.others('example.org'), 3);
      assert.equal(a.store.others('example.org'), 1);
    });
    assert.ok(b.changed.has('example.org'));
    assert.deepEqual([...b.store.sites()], ['example.org']);
  }),
  contractCase('once a site is known, it is not called old', async (open) => {
    const [a, b] = [await open(), await open()];
    a.store.report('example.org', 3);
    b.store.report('example.org', 1);
    await eventually(() => {
      assert.equal(b.store.others('example.org'), 3);
      assert.ok(!b.store.stale?.('example.org'));
    });
    assert.ok(!b.stale);
  }),
  contractCase('a server that is told whose members it took over counts nobody twice', async (open) => {
    const [a, b] = [await open(), await open()];
    // A store that is alone, or whose members cannot move, has no name.
    if (a.store.server === undefined) return;
    a.store.report('example.org', 2);
    b.store.report('example.org', 1);
    await eventually(() => assert.equal(b.store.others('example.org'), 2));
    b.store.claim?.('example.org', 'member-1', { server: a.store.server, connectionNumber: 2 });
    b.store.report('example.org', 2);
    assert.equal(b.store.others('example.org'), 1);
    await eventually(() => assert.deepEqual(a.claimed, [['example.org', 'member-1', 2]]));
    a.store.report('example.org', 1);
    await eventually(() => {
      assert.equal(b.store.others('example.org'), 1);
      assert.equal(a.store.others('example.org'), 2);
    });
  }),
  contractCase('reports are absolute: saying it again changes nothing', async (open) => {
    const [a, b] = [await open(), await open()];
    for (let i = 0; i < 3; i++) a.store.report('example.org', 2);
    a.store.report('last.example', 1);
    for (const site of ['example.org', 'last.example']) b.store.report(site, 1);
    await eventually(() => assert.equal(b.store.others('last.example'), 1));
    await eventually(() => assert.equal(b.store.others('example.org'), 2));
  }),
  contractCase('several servers add up, each without itself', async (open) => {
    const [a, b, c] = [await open(), await open(), await open()];
    a.store.report('example.org', 1);
    b.store.report('example.org', 2);
    c.store.report('example.org', 4);
    await eventually(() => {
      assert.equal(a.store.others('example.org'), 6);
      assert.equal(b.store.others('example.org'), 5);
      assert.equal(c.store.others('example.org'), 3);
    });
  }),
  contractCase('sites never mix, whatever their names', async (open) => {
    const [a, b] = [await open(), await open()];
    const names = ['a.example', '*', 'a:b', '__proto__', 'constructor', '[::1]', 'xn--bcher-kva.example'];
    names.forEach((name, index) => a.store.report(name, index + 1));
    for (const name of names) b.store.report(name, 1);
    await eventually(() => {
      names.forEach((name, index) => assert.equal(b.store.others(name), index + 1, name));
    });
    assert.deepEqual([...b.store.sites()].sort(), [...names].sort());
    assert.equal(b.store.others('never.example'), 0);
  }),
  contractCase('a site that was left is gone', async (open) => {
    const [a, b] = [await open(), await open()];
    b.store.report('example.org', 1);
    a.store.report('example.org', 2);
    await eventually(() => assert.equal(b.store.others('example.org'), 2));
    b.changed.clear();
    a.store.report('example.org', 0);
    await eventually(() => assert.equal(b.store.others('example.org'), 0));
    assert.ok(b.changed.has('example.org'));
    assert.deepEqual([...b.store.sites()], []);
  }),
  contractCase('a server that closes takes its people with it', async (open) => {
    const [a, b] = [await open(), await open()];
    a.store.report('example.org', 2);
    b.store.report('example.org', 1);
    await eventually(() => assert.equal(b.store.others('example.org'), 2));
    b.changed.clear();
    await a.store.close();
    await a.store.close();
    await eventually(() => assert.equal(b.store.others('example.org'), 0));
    assert.ok(b.changed.has('example.org'));
  }),
  contractCase('what a server reports after it has closed is nobody’s business', async (open) => {
    const [a, b] = [await open(), await open()];
    b.store.report('example.org', 1);
    a.store.report('example.org', 2);
    await eventually(() => assert.equal(b.store.others('example.org'), 2));
    await a.store.close();
    a.store.report('example.org', 5);
    b.store.report('last.example', 1);
    await eventually(() => assert.equal(b.store.others('example.org'), 0));
  }),
  contractCase('a server that comes late learns what is there', async (open) => {
    const a = await open();
    a.store.report('example.org', 2);
    const b = await open();
    b.store.report('example.org', 1);
    await eventually(() => {
      assert.equal(b.store.others('example.org'), 2);
      assert.ok(b.changed.has('example.org'));
    });
  }),
];

function contractCase(name: string, body: (open: () => Promise<Server>) => Promise<void>): StoreContractCase {
  return {
    name,
    async run(createGround) {
      const ground = await createGround();
      const stores: Store[] = [];
      try {
        await body(async () => {
          const server: Server = { store: ground.create(), changed: new Set(), claimed: [], stale: false };
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
        await ground.end?.();
      }
    },
  };
}

async function eventually(check: () => void): Promise<void> {
  const giveUpAt = Date.now() + TIMEOUT_MS;
  for (;;) {
    try {
      return check();
    } catch (error) {
      if (Date.now() > giveUpAt) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
