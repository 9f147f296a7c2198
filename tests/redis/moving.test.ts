import { describe, expect, it } from 'vitest';
import { startRedis } from '../../packages/server/test/helpers/redis.ts';
import { startTcpProxy } from '../../packages/server/test/helpers/tcp-proxy.ts';
import { startServers } from '../helpers/counter-servers.ts';
import { createCrowd } from '../helpers/crowd.ts';
import { createOracle } from '../helpers/oracle.ts';

describe('pages that connect to another server', () => {
  it('[C7] a page with a half-open connection that connects to another server is never counted twice', async () => {
    const redis = await startRedis();
    const { a, b } = await startServers(['a', 'b'], { redisUrl: redis.url });
    const cable = await startTcpProxy(a.port);
    const behind = { name: 'cable', url: `http://127.0.0.1:${cable.port}/` };
    const crowd = createCrowd([a, b, behind]);
    const oracle = createOracle(crowd);
    crowd.open(10, { at: 'a' });
    crowd.open(10, { at: 'b' });
    const pages = crowd.open(20, { at: 'cable' });
    await crowd.settled();
    await oracle.exact();

    oracle.now('the connection to a was cut', { boundMs: 0 });
    crowd.addresses = [b];
    cable.cut();
    for (const page of pages) page.abandon();
    await crowd.settled();
    await oracle.exact();
    expect(crowd.at('b')).toHaveLength(30);
  });
});
