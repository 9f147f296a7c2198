import { describe, expect, it, vi } from 'vitest';
import { startRedis } from '../../packages/server/test/helpers/redis.ts';
import { startServers } from '../helpers/counter-servers.ts';
import { createCrowd } from '../helpers/crowd.ts';
import { createFakeTime } from '../helpers/fake-time.ts';
import { createOracle } from '../helpers/oracle.ts';

describe('a server that stands still', () => {
  it('[S5] a server frozen past its lease: others exact, and exact itself within 2 s of waking', async () => {
    const leaseMs = 3_000;
    const redis = await startRedis();
    const servers = await startServers(['a', 'b', 'c'], { redisUrl: redis.url, leaseMs });
    const crowd = createCrowd(Object.values(servers));
    const oracle = createOracle(crowd);
    for (const name of ['a', 'b', 'c']) crowd.open(30, { at: name });
    await crowd.settled();
    await oracle.exact();

    // A fall is waiting to be announced when it falls asleep.
    const leaving = crowd.at('b')[0]!;
    leaving.close();
    await vi.waitFor(() => expect(crowd.since(performance.now())[0]!.at.get('b')).toBe(29), { interval: 5 });
    oracle.now('b was frozen', { cutOff: ['b'], mute: ['b'], boundMs: leaseMs + 4_000 });
    servers.b.freeze();
    const frozenAt = performance.now();
    crowd.addresses = [servers.a, servers.c];
    crowd.open(20, { at: 'a' });
    for (const page of crowd.at('b').slice(0, 5)) page.close();
    await oracle.exact();
    await vi.waitFor(() => expect(performance.now() - frozenAt).toBeGreaterThan(2 * leaseMs), 10_000);

    const old: number[] = [];
    crowd.onTold = ({ at, total, stale }) => {
      if (at === 'b' && !stale && total! < 100) old.push(total!);
    };
    oracle.now('b woke', { boundMs: 2_000 });
    servers.b.thaw();
    await oracle.exact();
    expect(crowd.at('b')).toHaveLength(24);
    expect(old, 'totals of before, said as if they were new').toEqual([]);
  });

  it('[S5] a clock that moves by an hour, of a server or of Redis, changes nothing', async () => {
    const [serverTime, redisTime] = [await createFakeTime(), await createFakeTime('jemalloc')];
    const redis = await startRedis({ env: redisTime.env });
    const servers = await startServers(['a', 'b'], { redisUrl: redis.url, env: serverTime.env });
    const crowd = createCrowd(Object.values(servers));
    const oracle = createOracle(crowd);
    for (const name of ['a', 'b']) crowd.open(20, { at: name });
    await crowd.settled();
    await oracle.exact();
    for (const [what, move] of [
      ['the servers’ clocks went forward', () => serverTime.move('+1h')],
      ['the servers’ clocks went back', () => serverTime.move('-1h')],
      ['the clock of Redis went forward', () => redisTime.move('+1h')],
      ['the clock of Redis went back', () => redisTime.move('-1h')],
    ] as const) {
      oracle.now(what, { boundMs: 0 });
      await move();
      const movedAt = performance.now();
      // Two beats.
      await vi.waitFor(() => expect(performance.now() - movedAt).toBeGreaterThan(2_100), 5_000);
      oracle.now(`${what}, and pages come and go`, { boundMs: 0 });
      crowd.at('a')[0]!.close();
      crowd.open(2, { at: 'b' });
      await crowd.settled();
      await oracle.exact();
    }
  });
});
