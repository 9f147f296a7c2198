import { createClient } from 'redis';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createRedisBus } from '../../src/store/redis/redis-bus.ts';
import { startRedis } from '../helpers/redis.ts';
import { failureOf, openLink } from '../helpers/redis-bus.ts';
import { startTcpProxy } from '../helpers/tcp-proxy.ts';

const key = 'live-online:key';
const one = 'live-online:{s}:one';
const two = 'live-online:{s}:two';

describe('a link to a Redis without a cluster', () => {
  it('[S3] runs every command of a mesh as the documented user, and parses the replies', async () => {
    const redis = await startRedis();
    const link = await openLink(redis.url);
    await link.subscribe([one]);
    expect(
      await link.run([
        ['HSET', key, '__proto__', '1', 'ü "\r\n', ''],
        ['HSET', key, '__proto__', '2'],
        ['HGETALL', key],
        ['HDEL', key, '__proto__', 'nothing'],
        ['PEXPIRE', key, '60000'],
        ['DEL', key],
        ['PEXPIRE', key, '60000'],
        ['HGETALL', key],
        ['PUBLISH', one, 'hello'],
        ['NUMSUB', one, two],
      ]),
    ).toEqual([
      2,
      0,
      new Map([
        ['__proto__', '2'],
        ['ü "\r\n', ''],
      ]),
      1,
      1,
      1,
      0,
      new Map(),
      1,
      new Map([
        [one, 1],
        [two, 0],
      ]),
    ]);
    await vi.waitFor(() => expect(link.received).toEqual([`${one}=hello`]));
    expect(await redis.cli('KEYS', '*')).toEqual([]);
  });

  it('[S2] receives messages of subscribed channels only', async () => {
    const redis = await startRedis();
    const link = await openLink(redis.url);
    await Promise.all([link.subscribe([one, two]), link.unsubscribe([one]), link.subscribe([one])]);
    await link.unsubscribe([two, 'live-online:never']);
    await link.run([
      ['PUBLISH', two, 'a'],
      ['PUBLISH', one, 'b'],
    ]);
    await vi.waitFor(() => expect(link.received).toEqual([`${one}=b`]));
    await link.unsubscribe([one]);
    expect(await link.run([['NUMSUB', one]])).toEqual([new Map([[one, 0]])]);
    await link.subscribe([two]);
    expect(await link.run([['PUBLISH', two, 'c']])).toEqual([1]);
    expect(link.connectionOf(one)).toBe('');
  });

  it.each(['normal', 'pubsub'])('[S6] reports down() once if a %s connection ends', async (type) => {
    const redis = await startRedis();
    const link = await openLink(redis.url);
    await link.subscribe([one]);
    const others = await link.run([['PUBLISH', one, 'x']]);
    expect(others).toEqual([1]);
    await redis.cli('CLIENT', 'KILL', 'TYPE', type, 'SKIPME', 'yes');
    await vi.waitFor(() => expect(link.down).toHaveLength(1));
    await expect(link.run([['DEL', key]])).rejects.toThrow();
    // The other connection is closed as well.
    await vi.waitFor(async () => expect(await connections(redis)).toBe(0));
    expect(link.down).toHaveLength(1);
  });

  it('[S6] queues nothing while Redis is away, and a new link is made on its return', async () => {
    const redis = await startRedis();
    const link = await openLink(redis.url);
    await redis.kill();
    await vi.waitFor(() => expect(link.down).toHaveLength(1));
    expect(link.down[0]!.message).toMatch(
      /^(Redis at 127\.0\.0\.1:\d+ closed the connection|no Redis answers)/,
    );
    await expect(link.run([['HSET', key, 'a', 'b']])).rejects.toThrow();
    expect((await failureOf(redis.url)).message).toMatch(
      /^no Redis answers at 127\.0\.0\.1:\d+ \(ECONNREFUSED\)$/,
    );
    await redis.restart();
    expect(await (await openLink(redis.url)).run([['HGETALL', key]])).toEqual([new Map()]);
  });

  it('[S6] leaves no connection open, whether it is closed or Redis freezes', async () => {
    const redis = await startRedis();
    const proxy = await startTcpProxy(redis.port);
    const url = redis.url.replace(String(redis.port), String(proxy.port));
    const link = await openLink(url);
    await link.subscribe([one]);
    expect(proxy.open).toBe(2);
    const late = link.run([['DEL', key]]);
    link.close();
    link.close();
    await expect(late).rejects.toThrow();
    await expect(link.subscribe([two])).rejects.toThrow('the link has been closed');
    await vi.waitFor(() => expect(proxy.open).toBe(0));
    expect(link.down).toEqual([]);

    redis.freeze();
    expect((await failureOf(url, 0)).message).toMatch(
      /^no Redis answers at 127\.0\.0\.1:\d+ within a second$/,
    );
    await vi.waitFor(() => expect(proxy.open).toBe(0));
    redis.thaw();
    await vi.waitFor(async () => expect(await connections(redis)).toBe(0));
  });

  it('[S6] duplicates the client in the options, and does not use it', async () => {
    const redis = await startRedis();
    const own = createClient({ url: redis.url, name: 'mine', keyPrefix: 'other:', RESP: 3 });
    const link = await openLink(own);
    expect(own.isOpen).toBe(false);
    expect(
      await link.run([
        ['HSET', key, 'a', 'b'],
        ['DEL', key],
      ]),
    ).toEqual([1, 1]);
    await redis.cli('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    await vi.waitFor(() => expect(link.down).toHaveLength(1));
    await (await openLink(own)).run([['DEL', key]]);
  });

  it('[S3] reports that the package redis is missing, and how to install it', async () => {
    vi.doMock('redis', () => {
      throw new Error('Cannot find package');
    });
    onTestFinished(() => void vi.doUnmock('redis'));
    const bus = createRedisBus('redis://127.0.0.1:1', 'live-online');
    await expect(bus.connect({ message() {}, down() {} })).rejects.toThrow('npm install redis');
  });
});

/** How many connections Redis has, without the tests' own. */
async function connections(redis: { cli(...args: string[]): Promise<unknown> }): Promise<number> {
  return (
    String(await redis.cli('CLIENT', 'LIST'))
      .trim()
      .split('\n').length - 1
  );
}
