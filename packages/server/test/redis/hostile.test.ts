import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { MeshStore } from '../../src/store/mesh/mesh-store.ts';
import { bucketOf, createKeyNames } from '../../src/store/mesh/wire/keys.ts';
import { redisStore } from '../../src/redis.ts';
import { startRedis, type Redis } from '../helpers/redis.ts';

const SITE = 'example.org';
const keys = createKeyNames('live-online');
const bucket = bucketOf(SITE);
const WAIT = { timeout: 15_000, interval: 50 };

/** A store of a server on `redis` that records what it warns of. */
async function startStore(redis: Redis, members: number, secret?: string) {
  const store = redisStore(redis.url, secret === undefined ? {} : { secret }) as MeshStore;
  const warnings: string[] = [];
  let isStale = false;
  onTestFinished(() => store.close());
  await store.open({
    changed() {},
    claimed() {},
    stale: (stale) => void (isStale = stale),
    warning: (message) => void warnings.push(message),
  });
  store.report(SITE, members);
  return { store, warnings, isStale: () => isStale, total: () => members + store.others(SITE) };
}

/** One member on A, three on B. */
async function startTwo(redis: Redis, secret?: string) {
  const a = await startStore(redis, 1, secret);
  const b = await startStore(redis, 3, secret);
  const expectRight = (): Promise<void> =>
    vi.waitFor(() => {
      expect([a.total(), b.total()]).toEqual([4, 4]);
      expect([a.isStale(), b.isStale()]).toEqual([false, false]);
    }, WAIT);
  await expectRight();
  return { a, b, expectRight };
}

/** A change of B arrives at A, and back. */
async function expectAlive({ a, b }: Awaited<ReturnType<typeof startTwo>>): Promise<void> {
  b.store.report(SITE, 5);
  a.store.report(SITE, 2);
  await vi.waitFor(() => expect([a.store.others(SITE), b.store.others(SITE)]).toEqual([5, 2]), WAIT);
  b.store.report(SITE, 3);
  a.store.report(SITE, 1);
}

describe('a Redis to which others may write', () => {
  it('[S5] [SEC30] [SEC31] [SEC32] forged messages: totals are right again, and changes arrive', async () => {
    const redis = await startRedis();
    const { a, b, expectRight } = await startTwo(redis);
    const server = b.store.server;
    const forged: [channel: string, message: object][] = [
      [keys.allServers, { kind: 'leave', server }],
      [keys.allServers, { kind: 'leave', server, epoch: 1 }],
      [keys.allServers, { kind: 'hello', server, epoch: Number.MAX_SAFE_INTEGER }],
      [keys.allServers, { kind: 'hello', server: a.store.server, epoch: 2 ** 39 }],
      [keys.bucket(bucket), { s: server, e: 99, q: 1, f: 1, c: [[SITE, 1_000]] }],
      [keys.bucket(bucket), { s: 'stranger', e: 1, q: 1, f: 1, c: [[SITE, Number.MAX_SAFE_INTEGER]] }],
      [
        keys.bucket(bucket),
        { s: 'stranger', e: 1, q: 1, f: 1, c: [[SITE, 0, [[`${server}:1`, 1_000_000]]]] },
      ],
    ];
    for (const [channel, message] of forged) await redis.cli('PUBLISH', channel, JSON.stringify(message));
    await expectRight();
    await expectAlive({ a, b, expectRight });
    await expectRight();
  });

  it('[S2] [SEC35] with a secret, servers count each other, and no others', async () => {
    const redis = await startRedis();
    const secret = 'a secret of the servers';
    const started = await startTwo(redis, secret);
    const { a, b, expectRight } = started;
    const unsigned = await startStore(redis, 7);
    const wrong = await startStore(redis, 9, 'another secret of others');
    expect(unsigned.warnings).toEqual([expect.stringMatching(/this server has no secret/)]);
    expect(wrong.warnings).toEqual([expect.stringMatching(/not signed with the secret of this server/)]);
    const forged = { s: b.store.server, e: 1, q: 99, f: 1, c: [[SITE, 1_000]] };
    await redis.cli('PUBLISH', keys.bucket(bucket), JSON.stringify(forged));
    await redis.cli('HSET', keys.registry, b.store.server, '{"e":5,"n":1,"b":[]}');
    await expectAlive(started);
    await expectRight();
    expect([unsigned.total(), wrong.total()]).toEqual([7, 9]);
    expect(a.warnings).toHaveLength(1);
    for (const value of Object.values((await redis.cli('HGETALL', keys.registry)) as object)) {
      expect(value).not.toContain(secret);
    }
  });

  it('[S3] [SEC34] keys of other types are deleted and written again, and one warning says so', async () => {
    const redis = await startRedis();
    const started = await startTwo(redis);
    const { a, b, expectRight } = started;
    const snapshot = keys.snapshot(bucket, b.store.server);
    await redis.cli('SET', 'live-online-other', 'not ours');
    for (let round = 0; round < 2; round++) {
      await redis.cli('SET', keys.registry, 'x');
      // In one step: the server may write the key in between.
      await redis.cli(
        'EVAL',
        "redis.call('DEL', KEYS[1]) return redis.call('LPUSH', KEYS[1], 'x')",
        '1',
        snapshot,
      );
      await vi.waitFor(async () => {
        expect(await redis.cli('TYPE', keys.registry)).toBe('hash');
        expect(await redis.cli('TYPE', snapshot)).toBe('hash');
      }, WAIT);
      await expectRight();
      await expectAlive(started);
    }
    const late = await startStore(redis, 2);
    await vi.waitFor(() => expect(late.total()).toBe(6), WAIT);
    await vi.waitFor(() => expect(a.total() + b.total()).toBe(12), WAIT);
    for (const { warnings } of [a, b]) expect(warnings.length).toBeLessThanOrEqual(1);
    expect([...a.warnings, ...b.warnings][0]).toMatch(
      /^the key live-online:1:\S+ of Redis at 127\.0\.0\.1:\d+ was not a hash any more, because another program has written it/,
    );
    expect(await redis.cli('GET', 'live-online-other')).toBe('not ours');
  });

  it('[S2] [SEC34] invalid fields of the hashes are removed, and totals stay right', async () => {
    const redis = await startRedis();
    const started = await startTwo(redis);
    const { a, b, expectRight } = started;
    const own = a.store.server;
    await redis.cli(
      'HSET',
      keys.registry,
      'a b',
      '1',
      'ghost',
      'invalid',
      '__proto__',
      '{}',
      own,
      '{"e":-1}',
    );
    await redis.cli('HSET', keys.snapshot(bucket, own), `=${SITE}`, 'invalid', 'x', 'y', '#', '1:1e99');
    const late = await startStore(redis, 2);
    await vi.waitFor(() => expect(late.total()).toBe(6), WAIT);
    await vi.waitFor(async () => {
      const fields = Object.keys((await redis.cli('HGETALL', keys.registry)) as object).sort();
      expect(fields).toEqual([a, b, late].map(({ store }) => store.server).sort());
    }, WAIT);
    await late.store.close();
    await expectRight();
    await expectAlive(started);
  });
});
