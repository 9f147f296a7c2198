import { describe, expect, it } from 'vitest';
import { EPOCHS } from '../../src/store/mesh/wire/bounds.ts';
import { BUCKETS, bucketOf, createKeyNames } from '../../src/store/mesh/wire/keys.ts';
import { startWorld } from '../helpers/mesh-world.ts';
import type { BusCommand } from '../../src/store/bus/bus.ts';

const SITE = 'a.example';
const keys = createKeyNames('test');
const bucket = keys.bucket(bucketOf(SITE));
/** A published total is the highest count of the last second, so that no client sees a fall that is shorter. [C4] */
const UNSEEN_MS = 1_000;
const STEP_MS = 25;

/** One member on A and three on B, and an attacker who runs commands on the bus. */
async function startAttack() {
  const { world, servers, start } = await startWorld(2);
  const [a, b] = servers as [(typeof servers)[0], (typeof servers)[0]];
  a.store.report(SITE, 1);
  b.store.report(SITE, 3);
  await world.advance(2_500);
  const connecting = world.machine().bus.connect({ message() {}, down() {} });
  await world.advance(10);
  const link = await connecting;
  const [nameA, nameB] = [a.store.server, b.store.server];
  /** The totals for each server that are wrong without a mark, and for how long in all, in ms. */
  const wrong = { a: 0, b: 0 };
  async function watch(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += STEP_MS) {
      await world.advance(STEP_MS);
      if (1 + a.store.others(SITE) !== 4 && !a.stale.at(-1)?.[0]) wrong.a += STEP_MS;
      if (3 + b.store.others(SITE) !== 4 && !b.stale.at(-1)?.[0]) wrong.b += STEP_MS;
    }
  }
  return {
    world,
    a,
    b,
    nameA,
    nameB,
    start,
    wrong,
    watch,
    subscribe: (channels: string[]) => void link.subscribe(channels),
    run: (...commands: BusCommand[]) => void link.run(commands),
    publish: (channel: string, message: object) =>
      void link.run([['PUBLISH', channel, JSON.stringify(message)]]),
    /** After `ms` both totals are right, not marked, and they were wrong for less than a second. */
    async expectRight(ms: number): Promise<void> {
      await watch(ms);
      expect([1 + a.store.others(SITE), 3 + b.store.others(SITE)]).toEqual([4, 4]);
      expect([a, b].map(({ stale }) => stale.at(-1)?.[0] ?? false)).toEqual([false, false]);
      expect(wrong.a).toBeLessThan(UNSEEN_MS);
      expect(wrong.b).toBeLessThan(UNSEEN_MS);
    },
  };
}

type Attack = Awaited<ReturnType<typeof startAttack>>;

const HIGHEST = Number.MAX_SAFE_INTEGER;
const hello = (server: string, epoch: number) => ({ kind: 'hello', server, epoch });
const full = (server: string, epoch: number, entry: unknown[], q = 1, site = SITE) => ({
  s: server,
  e: epoch,
  q,
  f: 1,
  c: [[site, ...entry]],
});

describe('forged messages on a mesh', () => {
  it.each<[name: string, attack: (attack: Attack) => void]>([
    [
      '[SEC30] a leave without an epoch',
      ({ publish, nameB }) => publish(keys.allServers, { kind: 'leave', server: nameB }),
    ],
    [
      '[SEC30] a leave under the epoch of the server',
      ({ publish, nameB }) => publish(keys.allServers, { kind: 'leave', server: nameB, epoch: 1 }),
    ],
    [
      '[SEC30] a leave under an epoch that is far ahead',
      ({ publish, nameB }) => publish(keys.allServers, { kind: 'leave', server: nameB, epoch: 2 ** 39 }),
    ],
    [
      '[SEC30] a leave under the highest number',
      ({ publish, nameB }) => publish(keys.allServers, { kind: 'leave', server: nameB, epoch: HIGHEST }),
    ],
    [
      '[SEC30] an eviction',
      ({ publish, nameB }) => publish(keys.server(nameB), { kind: 'evicted', epoch: 1 }),
    ],
    [
      '[SEC30] an eviction of a later epoch',
      ({ publish, nameB }) => publish(keys.server(nameB), { kind: 'evicted', epoch: 77 }),
    ],
    [
      '[SEC31] a hello under epoch 2^53−1',
      ({ publish, nameB }) => publish(keys.allServers, hello(nameB, HIGHEST)),
    ],
    [
      '[SEC31] a hello under epoch 2^40−1',
      ({ publish, nameB }) => publish(keys.allServers, hello(nameB, 2 ** 40 - 1)),
    ],
    [
      '[SEC31] a hello under epoch 2^39',
      ({ publish, nameB }) => publish(keys.allServers, hello(nameB, 2 ** 39)),
    ],
    [
      '[SEC31] a hello under the next epoch',
      ({ publish, nameB }) => publish(keys.allServers, hello(nameB, 2)),
    ],
    [
      '[SEC31] a hello in the name of the reader',
      ({ publish, nameA }) => publish(keys.allServers, hello(nameA, 2 ** 39)),
    ],
    [
      '[SEC31] a delta under a later epoch, after a hello',
      ({ publish, nameB }) => {
        publish(keys.allServers, hello(nameB, 5));
        publish(bucket, full(nameB, 5, [1_000]));
      },
    ],
    [
      '[SEC31] a delta under epoch 2^53−1',
      ({ publish, nameB }) => publish(bucket, full(nameB, HIGHEST, [1_000])),
    ],
    [
      '[SEC31] a delta under the epoch of the server',
      ({ publish, nameB }) => publish(bucket, full(nameB, 1, [1_000], 50)),
    ],
    [
      '[SEC31] a delta under the epoch of the server with the highest sequence number',
      ({ publish, nameB }) => publish(bucket, full(nameB, 1, [1_000], HIGHEST)),
    ],
    [
      '[SEC31] a delta in the name of the reader',
      ({ publish, nameA }) => publish(bucket, full(nameA, 1, [1_000], 50)),
    ],
    [
      '[SEC32] members of strangers',
      ({ publish }) => {
        for (let i = 0; i < 5; i++) {
          publish(keys.allServers, hello(`stranger-${i}`, 1));
          publish(bucket, full(`stranger-${i}`, 1, [HIGHEST]));
          publish(bucket, full(`stranger-${i}`, 1, [1_000], 2));
        }
      },
    ],
    [
      '[SEC32] members of thousands of strangers',
      ({ publish }) => {
        for (let i = 0; i < 500; i++) publish(keys.allServers, hello(`stranger-${i}`, 1));
      },
    ],
    [
      '[SEC33] a claim of a stranger',
      ({ publish, nameB }) => {
        publish(keys.allServers, hello('stranger', 1));
        publish(bucket, full('stranger', 1, [0, [[`${nameB}:1`, 1_000_000]]]));
      },
    ],
    [
      '[SEC33] acknowledgements that were never asked for',
      ({ publish, nameB }) =>
        publish(keys.server(nameB), {
          kind: 'claim',
          epoch: 1,
          by: 'stranger:1',
          takeovers: [{ site: SITE, first: HIGHEST, members: [['x', 1]] }],
        }),
    ],
  ])('%s: totals are right within a second', async (_name, attack) => {
    const started = await startAttack();
    attack(started);
    await started.expectRight(12_000);
    // Everything goes on as before.
    started.b.store.report(SITE, 7);
    await started.world.advance(400);
    expect(started.a.store.others(SITE)).toBe(7);
    const late = await started.start();
    late.store.report(SITE, 1);
    await started.world.advance(1_500);
    expect([late, started.a, started.b].map(({ store }) => store.others(SITE))).toEqual([8, 8, 2]);
  });

  it.each<[name: string, value: string]>([
    ['a later epoch', '{"e":5,"n":9,"b":[]}'],
    ['epoch 2^39', `{"e":${2 ** 39},"n":9,"b":[]}`],
    ['epoch 2^53−1', `{"e":${HIGHEST},"n":9,"b":[]}`],
    ['invalid', 'invalid'],
  ])('[SEC31] an overwritten registration, %s: the server replaces it within 3 s', async (_name, value) => {
    const { a, b, run, nameB, watch, world } = await startAttack();
    run(['HSET', keys.registry, nameB, value]);
    await watch(3_000);
    expect(a.store.others(SITE)).toBe(3);
    await watch(20_000);
    expect([a.store.others(SITE), b.store.others(SITE)]).toEqual([3, 1]);
    b.store.report(SITE, 5);
    await world.advance(300);
    expect(a.store.others(SITE)).toBe(5);
  });

  it('[SEC31] counts in a bucket that the server does not follow are dropped within 4 s', async () => {
    const { a, nameB, publish, world, run } = await startAttack();
    const unwatch = a.store.watchAll!();
    await world.advance(500);
    const site = siteOutside(bucketOf(SITE));
    publish(keys.bucket(bucketOf(site)), full(nameB, 1, [1_000], 1, site));
    await world.advance(4_000);
    expect(a.store.others(site)).toBe(0);
    // The same in the hash.
    run(['HSET', keys.snapshot(bucketOf(site), nameB), '#', '1:9', `=${site}`, '[1000]']);
    await world.advance(4_000);
    expect(a.store.others(site)).toBe(0);
    unwatch();
  });

  it('[SEC31] an invalid field of a snapshot is replaced when a server reads it', async () => {
    const { start, nameB, run, world } = await startAttack();
    run(['HSET', keys.snapshot(bucketOf(SITE), nameB), '=a.example', 'invalid', 'x', 'y']);
    const late = await start();
    late.store.report(SITE, 1);
    await world.advance(1_500);
    expect(late.store.others(SITE)).toBe(4);
  });

  it('[SEC36] a server that was led around the ring of epochs begins one that the others count', async () => {
    const { world, nameB, publish, expectRight } = await startAttack();
    // Each of these epochs is newer than the one before, and the last one is older than the second.
    publish(keys.allServers, { kind: 'leave', server: nameB, epoch: EPOCHS / 2 });
    await world.advance(120);
    publish(bucket, { s: nameB, e: 0, q: 1, c: [] });
    await expectRight(25_000);
  });

  it('[SEC30] an attacker makes a server begin new sessions only at a bounded rate', async () => {
    const { a, b, nameB, publish, world } = await startAttack();
    const before = b.bus.links;
    for (let i = 0; i < 200; i++) {
      for (let epoch = 1; epoch < 30; epoch++) publish(keys.server(nameB), { kind: 'evicted', epoch });
      publish(keys.allServers, { kind: 'leave', server: nameB, epoch: 10_000 + i });
      await world.advance(50);
    }
    // In ten seconds three at once and one a second, and one a second because A removes the registration of a server that left.
    expect(b.bus.links - before).toBeLessThanOrEqual(25);
    expect(a.bus.links).toBe(1);
    await world.advance(2_000);
    const sums = [a.store.others(SITE), b.store.others(SITE)];
    expect(sums).toEqual([3, 1]);
  });

  it('[SEC32] a hostile server counts at most 10,000,000 members in its own name, and sums stay safe', async () => {
    const { a, b, publish, run, subscribe, world } = await startAttack();
    const names = Array.from({ length: 3 }, (_, i) => `hostile-${i}`);
    subscribe(names.map(keys.server));
    let n = 0;
    const beat = (): void => {
      n++;
      for (const name of names)
        run(['HSET', keys.registry, name, `{"e":1,"n":${n},"b":[[${bucketOf(SITE)},${n}]]}`]);
    };
    for (let i = 0; i < 5; i++) {
      beat();
      for (const name of names) {
        publish(keys.allServers, hello(name, 1));
        publish(bucket, full(name, 1, [i % 2 ? HIGHEST : 10_000_000], n));
      }
      await world.advance(500);
    }
    expect([a.store.others(SITE), b.store.others(SITE)]).toEqual([30_000_003, 30_000_001]);
    // They are gone: a lease after the last heartbeat, or as soon as their channel has no subscriber.
    await world.advance(10_000);
    expect([a.store.others(SITE), b.store.others(SITE)]).toEqual([3, 1]);
  });

  it('[SEC33] a hostile server takes no members of another one away for more than 3 s', async () => {
    const { a, nameA, nameB, publish, run, subscribe, watch, world } = await startAttack();
    subscribe([keys.server('hostile')]);
    let n = 0;
    for (let i = 0; i < 20; i++) {
      n++;
      run(['HSET', keys.registry, 'hostile', `{"e":1,"n":${n},"b":[[${bucketOf(SITE)},${n}]]}`]);
      publish(keys.allServers, hello('hostile', 1));
      const claims = [
        [`${nameB}:1`, 3],
        [`${nameA}:1`, 2],
      ];
      publish(bucket, full('hostile', 1, [0, claims], n));
      await world.advance(250);
    }
    expect(a.store.others(SITE)).toBe(3);
    await watch(12_000);
    expect(a.store.others(SITE)).toBe(3);
  });
});

function siteOutside(taken: number): string {
  for (let i = 0; i < BUCKETS; i++) if (bucketOf(`site-${i}.example`) !== taken) return `site-${i}.example`;
  throw new Error('all sites are in one bucket');
}
