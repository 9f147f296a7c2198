import { createCluster } from 'redis';
import { describe, expect, it, vi } from 'vitest';
import { createKeyNames } from '../../src/store/mesh/wire/keys.ts';
import { slotOf } from '../../src/store/redis/slots.ts';
import { password, startRedis } from '../helpers/redis.ts';
import { startRedisCluster } from '../helpers/redis-cluster.ts';
import { documentedUser } from '../helpers/redis-acl.ts';
import { failureOf, openLink } from '../helpers/redis-bus.ts';
import { startTcpProxy } from '../helpers/tcp-proxy.ts';

const keyNames = createKeyNames('live-online');
const buckets = Array.from({ length: 64 }, (_, bucket) => keyNames.bucket(bucket));
const [username = ''] = documentedUser('cluster');

describe('a link to a Redis Cluster', () => {
  it('[S3] sends each command to the master of its slot, as the documented user, with the URL of one node', async () => {
    const [first, second, third] = await startRedisCluster();
    const [a, b] = await Promise.all([openLink(first!.url), openLink(second!.url)]);
    await a.subscribe([keyNames.allServers, keyNames.server('a'), ...buckets]);
    const written = await b.run([
      ...buckets.map((_, bucket) => ['HSET', keyNames.snapshot(bucket, 'b'), 'f', String(bucket)] as const),
      ...buckets.map((channel, bucket) => ['PUBLISH', channel, String(bucket)] as const),
      ['NUMSUB', keyNames.server('a'), keyNames.server('b'), keyNames.allServers],
    ]);
    expect(written.slice(0, 128)).toEqual(Array<number>(128).fill(1));
    expect([...(written[128] as Map<string, number>).values()]).toEqual([1, 0, 1]);
    await vi.waitFor(() => expect(a.received).toHaveLength(64));
    expect(new Set(a.received)).toEqual(new Set(buckets.map((channel, bucket) => `${channel}=${bucket}`)));
    const read = await a.run(
      buckets.map((_, bucket) => ['HGETALL', keyNames.snapshot(bucket, 'b')] as const),
    );
    expect(read.map((reply) => (reply as Map<string, string>).get('f'))).toEqual(
      buckets.map((_, i) => `${i}`),
    );
    // Each master has some of the channels, on a connection of its own.
    expect(new Set(buckets.map((channel) => a.connectionOf(channel)))).toEqual(
      new Set([first, second, third].map((node) => `127.0.0.1:${node!.port}`)),
    );
    expect(a.connectionOf(keyNames.server('x'))).toBe(a.connectionOf(keyNames.allServers));
    await a.unsubscribe(buckets);
    const receivers = await b.run(buckets.map((channel) => ['PUBLISH', channel, 'again'] as const));
    expect(receivers).toEqual(Array<number>(64).fill(0));

    // A slot that moves away ends the link; the next link finds it.
    const slot = slotOf(keyNames.allServers);
    const owner = [first, second, third].find((node) =>
      a.connectionOf(keyNames.allServers).endsWith(`:${node!.port}`),
    );
    const importer = [first, second, third].find((node) => node !== owner)!;
    const id = String(await importer.cli('CLUSTER', 'MYID'));
    // Importing a slot raises the epoch of the node. Otherwise the other nodes would return the slot.
    await importer.cli(
      'CLUSTER',
      'SETSLOT',
      String(slot),
      'IMPORTING',
      String(await owner!.cli('CLUSTER', 'MYID')),
    );
    for (const node of [importer, owner!]) await node.cli('CLUSTER', 'SETSLOT', String(slot), 'NODE', id);
    await vi.waitFor(() => expect(a.down).toHaveLength(1));
    expect(a.down[0]!.message).toBe(`a slot has moved away from the Redis at 127.0.0.1:${owner!.port}`);
    await expect(b.run([['HSET', keyNames.registry, 'b', '']])).rejects.toThrow('MOVED');
    expect(b.down).toHaveLength(1);
    const c = await openLink(importer.url);
    await c.subscribe([keyNames.allServers]);
    expect(await c.run([['PUBLISH', keyNames.allServers, 'found']])).toEqual([1]);
    expect(c.connectionOf(keyNames.allServers)).toBe(`127.0.0.1:${importer.port}`);
  });

  it('[S6] duplicates the cluster in the options, detects the end of each connection, and names denied permissions', async () => {
    const nodes = await startRedisCluster();
    const own = createCluster({
      rootNodes: [
        { url: 'redis://127.0.0.1:1' },
        ...nodes.map(({ port }) => ({ url: `redis://127.0.0.1:${port}` })),
      ],
      defaults: { username, password },
    });
    const link = await openLink(own);
    await link.subscribe(buckets);
    await nodes[1]!.cli('CLIENT', 'KILL', 'TYPE', 'pubsub');
    await vi.waitFor(() => expect(link.down).toHaveLength(1));
    await nodes[2]!.cli('ACL', 'SETUSER', username, '-ssubscribe', '-hset');
    expect((await failureOf(own)).message).toMatch(
      new RegExp(
        `:${nodes[2]!.port} denies its user ${username}: hset, ssubscribe\\. .* \\+hset \\+ssubscribe$`,
      ),
    );
    await nodes[2]!.cli('ACL', 'SETUSER', username, '-cluster|slots', '+hset');
    const without = createCluster({
      rootNodes: [{ url: `redis://127.0.0.1:${nodes[2]!.port}` }],
      defaults: { username, password },
    });
    expect((await failureOf(without)).message).toMatch(/ACL SETUSER \S+ \+cluster\|slots \+ssubscribe$/);
    await nodes[0]!.kill();
    expect((await failureOf(nodes[1]!.url)).message).toMatch(
      new RegExp(`no Redis answers at .*:${nodes[0]!.port}`),
    );
  });

  it('[S5] does not count subscribers in a cluster before 7.0, where each node counts its own', async () => {
    const nodes = await startRedisCluster({ users: 'open' });
    const proxies = await Promise.all(nodes.map(({ port }) => startTcpProxy(port)));
    for (const proxy of proxies) proxy.rewrite('7.0.15', '6.2.14');
    const own = createCluster({
      rootNodes: [{ url: `redis://127.0.0.1:${proxies[0]!.port}` }],
      nodeAddressMap: Object.fromEntries(
        nodes.map(({ port }, i) => [`127.0.0.1:${port}`, { host: '127.0.0.1', port: proxies[i]!.port }]),
      ),
    });
    const [a, b] = await Promise.all([openLink(own), openLink(own)]);
    await a.subscribe(buckets);
    const replies = await b.run([
      ['NUMSUB', keyNames.bucket(1)],
      ...buckets.map((channel) => ['PUBLISH', channel, ''] as const),
    ]);
    expect(replies[0]).toEqual(new Map());
    await vi.waitFor(() => expect(a.received).toHaveLength(64));
    await a.unsubscribe(buckets);
    a.close();
    b.close();
    await vi.waitFor(() => expect(proxies.map(({ open }) => open)).toEqual([0, 0, 0]));
  });

  it('[S3] reports that a Redis is not a cluster', async () => {
    const redis = await startRedis();
    const own = createCluster({ rootNodes: [{ url: redis.url }] });
    expect((await failureOf(own)).message).toMatch(/is not a cluster: use createClient\(\)/);
  });

  it.each([
    ['123456789', 0x31c3],
    ['{user1000}.following', slotOf('user1000')],
    ['foo{}{bar}', 8363],
    ['foo{{bar}}zap', slotOf('{bar')],
    ['foo{bar}{zap}', slotOf('bar')],
  ])('[S3] computes the slot of %s', (name, slot) => {
    expect(slotOf(name)).toBe(slot);
  });
});
