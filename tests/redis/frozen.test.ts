import { describe, expect, it, vi } from 'vitest';
import { startRedis } from '../../packages/server/test/helpers/redis.ts';
import { startServers } from '../helpers/counter-servers.ts';
import { createCrowd } from '../helpers/crowd.ts';
import { createOracle } from '../helpers/oracle.ts';

describe('a frozen server', () => {
  it('[S5] a server frozen for longer than its lease: the others are exact, and it is exact within 2 s of its return', async () => {
    const leaseMs = 3_000;
    const redis = await startRedis();
    const servers = await startServers(['a', 'b', 'c'], { redisUrl: redis.url, leaseMs });
    const crowd = createCrowd(Object.values(servers));
    const oracle = createOracle(crowd);
    for (const name of ['a', 'b', 'c']) crowd.open(30, { at: name });
    await crowd.settled();
    await oracle.exact();

    // A decrease is still delayed when the server is frozen.
    crowd.at('b')[0]!.close();
    await fetch(`${servers.b.url}healthz`);
    oracle.now('b was frozen', { cutOff: ['b'], mute: ['b'], boundMs: leaseMs + 4_000 });
    servers.b.freeze();
    const frozenAt = performance.now();
    crowd.addresses = [servers.a, servers.c];
    crowd.open(20, { at: 'a' });
    for (const page of crowd.at('b').slice(0, 5)) page.close();
    await oracle.exact();
    await vi.waitFor(() => expect(performance.now() - frozenAt).toBeGreaterThan(2 * leaseMs), 10_000);

    const old: number[] = [];
    crowd.onTotal = ({ at, total, stale }) => {
      if (at === 'b' && !stale && total! < 100) old.push(total!);
    };
    oracle.now('b runs again', { boundMs: 2_000 });
    servers.b.thaw();
    await oracle.exact();
    expect(old, 'old totals, sent as if they were new').toEqual([]);
  });
});
