import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { createClient, createSentinel } from 'redis';
import { describe, expect, it, onTestFinished } from 'vitest';
import { redisStore } from '../../src/redis.ts';
import { BusRefused } from '../../src/store/bus/bus.ts';
import { password, startRedis } from '../helpers/redis.ts';
import { documentedUser } from '../helpers/redis-acl.ts';
import { failureOf, openLink } from '../helpers/redis-bus.ts';
import { startTcpProxy } from '../helpers/tcp-proxy.ts';

describe('errors about a Redis that cannot be used', () => {
  it('[S6] a missing, wrong or needless password, without the password itself', async () => {
    const redis = await startRedis({ users: ['default', 'on', '>x', '~*', '&*', '+@all'] });
    const at = (credentials: string): string => `redis://${credentials}127.0.0.1:${redis.port}`;
    const missing = await failureOf(at(''));
    expect(missing).toBeInstanceOf(BusRefused);
    expect(missing.message).toMatch(/requires a password: put it in the URL, redis:\/\/:password@host:port/);
    for (const credentials of [':wr0ng@', 'unknown:wr0ng@']) {
      const wrong = await failureOf(at(credentials));
      expect(wrong).toBeInstanceOf(BusRefused);
      expect(wrong.message).toMatch(/rejects this user and password: check the URL/);
      expect(wrong.message).not.toContain('wr0ng');
    }
    await openLink(at(`:${password}@`));
    const database = await failureOf(`${at(`:${password}@`)}/99`);
    expect(database.message).toMatch(/does not have this database number/);

    const open = await startRedis({ users: 'open' });
    const needless = await failureOf(`redis://:wr0ng@127.0.0.1:${open.port}`);
    expect(needless).toBeInstanceOf(BusRefused);
    expect(needless.message).toMatch(/has no password, but the URL has one/);
  });

  it('[S3] all missing permissions at once, with the command that grants them', async () => {
    const redis = await startRedis({
      users: ['weak', 'on', '>x', '~other:*', '&*', '+hgetall', '+publish', '+del'],
    });
    const denied = await failureOf(redis.url);
    expect(denied).toBeInstanceOf(BusRefused);
    expect(denied.message).toContain(
      'denies its user weak: hset, pexpire, hdel, pubsub|numsub, subscribe, unsubscribe, keys that begin with live-online:. ',
    );
    const [, line] = denied.message.split('Grant it with: ') as [string, string];
    expect(line).toBe(
      'ACL SETUSER weak +hset +pexpire +hdel +pubsub|numsub +subscribe +unsubscribe ~live-online:*',
    );
    await redis.cli(...line.split(' '));
    await openLink(redis.url);
    await redis.cli('ACL', 'SETUSER', 'weak', 'resetchannels', '&elsewhere:*');
    expect((await failureOf(redis.url)).message).toMatch(
      /weak: channels that begin with live-online:\. .* &live-online:\*$/,
    );
  });

  it('[S3] each permission of the documented user is required', async () => {
    const redis = await startRedis();
    const rights = documentedUser('alone').filter((word) => /^[+~&]/.test(word));
    expect(rights).toHaveLength(11);
    for (const right of rights) {
      const [user] = documentedUser('alone') as [string];
      const without = rights.filter((word) => word !== right);
      await redis.cli('ACL', 'SETUSER', user, 'reset', 'on', `>${password}`, 'resetchannels', ...without);
      const { message } = await failureOf(redis.url);
      expect(message).toMatch(new RegExp(`: ACL SETUSER ${user} ${right.replace(/[|*+]/g, '\\$&')}$`));
    }
  });

  it('[S3] a Redis that is too old', async () => {
    const redis = await startRedis();
    const proxy = await startTcpProxy(redis.port);
    const url = redis.url.replace(String(redis.port), String(proxy.port));
    proxy.rewrite('7.0.15', '6.0.16');
    const old = await failureOf(url);
    expect(old).toBeInstanceOf(BusRefused);
    expect(old.message).toMatch(/is too old \(6\.0\.16\): 6\.2 or newer is required/);
    const older = await startResponder(
      () => '-ERR unknown command `HELLO`, with args beginning with: `2`, \r\n',
    );
    const ancient = await failureOf(`redis://127.0.0.1:${older}`);
    expect(ancient).toBeInstanceOf(BusRefused);
    expect(ancient.message).toMatch(/is too old \(older than 6\.0\)/);
  });

  it('[S3] a replica, and a server that is not Redis', async () => {
    const [master, replica] = await Promise.all([
      startRedis({ users: 'open' }),
      startRedis({ users: 'open' }),
    ]);
    await replica.cli('REPLICAOF', '127.0.0.1', String(master.port));
    const readOnly = await failureOf(replica.url);
    expect(readOnly).toBeInstanceOf(BusRefused);
    expect(readOnly.message).toMatch(/is a replica, which cannot be written to/);
    const web = await startResponder(() => 'HTTP/1.1 400 Bad Request\r\n\r\n');
    expect((await failureOf(`redis://127.0.0.1:${web}`)).message).toMatch(
      /does not speak the Redis protocol/,
    );
    expect((await failureOf(`rediss://127.0.0.1:${web}`)).message).toMatch(/no TLS connection to Redis at/);
  });

  it('[S6] a Redis that is away or loading is not refused', async () => {
    const loading = await startResponder(() => '-LOADING Redis is loading the dataset in memory\r\n');
    const failures = await Promise.all(
      [`redis://127.0.0.1:${loading}`, 'redis://127.0.0.1:1', 'redis://no-such-host.invalid'].map((url) =>
        failureOf(url),
      ),
    );
    for (const failure of failures) expect(failure).not.toBeInstanceOf(BusRefused);
    expect(failures.map(({ message }) => message)).toEqual([
      expect.stringMatching(/replied: LOADING/),
      'no Redis answers at 127.0.0.1:1 (ECONNREFUSED)',
      expect.stringMatching(/^no Redis answers at no-such-host\.invalid:6379 \((ENOTFOUND|EAI_AGAIN)\)$/),
    ]);
  });
});

describe('redisStore', () => {
  it.each([
    ['http://localhost', /redisUrl must be a URL such as redis:/],
    ['localhost:6379', /redisUrl must be a URL such as redis:/],
    ['redis://:s3cret@/', /special characters|host is missing/],
    ['redis://:s3/cret@host', /percent-encoded/],
    ['redis://:s3cret%zz@host', /percent-encoded/],
    ['redis://host/s3cret', /the number of a database/],
    ['', /redisUrl must be a URL/],
    [undefined, /redisUrl must be a URL/],
    [
      createSentinel({ name: 'a', sentinelRootNodes: [{ host: 'localhost', port: 1 }] }),
      /createClient\(\) or createCluster\(\)/,
    ],
  ])('[S3] rejects %j, and does not repeat it', (target, message) => {
    const create = (): unknown => redisStore(target as string);
    expect(create).toThrow(expect.objectContaining({ name: 'CounterServerError', code: 'options-invalid' }));
    expect(create).toThrow(message);
    expect(create).not.toThrow(/s3/);
  });

  it('[C11] names every wrong option', () => {
    const options = { prefix: 'a b', name: 'x'.repeat(25), follow: 'some', leaseMs: 999, colour: 1 };
    expect(() => redisStore('nowhere', options as never)).toThrow(
      /^redisUrl must .*; prefix must be 1 to 64 .*; name must be 1 to 24 .*; follow must be .*; leaseMs must be .* 1000 .*; colour is an unknown option$/,
    );
    expect(() => redisStore('redis://h', 1 as never)).toThrow('must be an object');
    expect(redisStore('redis://h', { name: 'web-1' }).server).toMatch(/^web-1-[0-9a-f]{16}$/);
    expect(redisStore(createClient()).server).toMatch(/^[0-9a-f]{16}$/);
  });
});

/** A server that replies to everything with the same bytes. */
async function startResponder(answer: () => string): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', () => socket.write(answer()));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}
