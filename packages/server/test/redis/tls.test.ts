import { readFile, writeFile } from 'node:fs/promises';
import { createClient } from 'redis';
import { describe, expect, it, vi } from 'vitest';
import { startFamily } from '../../../../tests/helpers/processes.ts';
import { readSnippets, runProgram, serverFolder, snippetUnder } from '../../../../tests/helpers/readme.ts';
import { BusRefused } from '../../src/store/bus/bus.ts';
import { describeRedisError } from '../../src/store/redis/describe-redis-error.ts';
import { openPage } from '../helpers/page.ts';
import { redisStore } from '../../src/redis.ts';
import { password, startRedis, type RedisTls } from '../helpers/redis.ts';
import { startRedisCluster } from '../helpers/redis-cluster.ts';
import { failureOf, openLink } from '../helpers/redis-bus.ts';
import { createAuthority, type Authority } from '../helpers/tls-authority.ts';

const channel = 'live-online:{s}:one';

async function issueFor(authority: Authority, address?: string): Promise<RedisTls> {
  return { authority, certificate: await authority.issue(`redis-${address}`, address) };
}

describe('a Redis with TLS', () => {
  it('[S3] servers and workers with a client certificate share it: the code and the command line of the README', async () => {
    const authority = await createAuthority();
    const tls = { ...(await issueFor(authority)), clientCertificates: 'yes' } as const;
    const [redis, client] = await Promise.all([startRedis({ tls }), authority.issue('client')]);
    const snippets = readSnippets('packages/server/README.md');
    const withFiles = (snippet: string): string =>
      snippet
        .replace('/etc/ssl/redis/ca.pem', authority.caFile)
        .replace('/etc/ssl/redis/client.pem', client.certFile)
        .replace('/etc/ssl/redis/client.key', client.keyFile)
        .replace('rediss://redis.internal:6379', redis.url);
    const code = withFiles(snippetUnder(snippets, 'TLS', 'js'))
      .replace('8081', '0')
      .replace('await counter.listen()', 'console.log((await counter.listen()).url)');
    const line = withFiles(snippetUnder(snippets, 'TLS', 'sh'))
      .replace('npx live-online-server', `${process.execPath} bin/live-online-server.js`)
      .replace('8081', '0 --host 127.0.0.1');
    const startLine = (more: string): ReturnType<typeof startFamily> =>
      startFamily('sh', ['-c', `exec ${line.trim()}${more}`], { cwd: serverFolder });
    const servers = [await runProgram(code), startLine(''), startLine(' --workers 1')];
    const pages = await Promise.all(
      servers.map(async ({ output }) => {
        const url = await vi.waitFor(() => {
          const found = /http:\/\/[\w.:]+\//.exec(output());
          expect(found, output()).not.toBeNull();
          return found![0];
        });
        return openPage(url, { origin: 'https://tls.example' });
      }),
    );
    for (const page of pages) await page.receives(3);
  });

  it('[S6] an unknown authority, a wrong host and a missing client certificate are refused, each with its remedy', async () => {
    const [authority, stranger] = await Promise.all([createAuthority(), createAuthority()]);
    const tls = await issueFor(authority);
    const [redis, other, strict, plain] = await Promise.all([
      startRedis({ tls }),
      startRedis({ tls: await issueFor(authority, '127.0.0.9') }),
      startRedis({ tls: { ...tls, clientCertificates: 'yes' } }),
      startRedis(),
    ]);
    const [own, { cert, key }] = await Promise.all([authority.issue('client'), stranger.issue('client')]);
    const withCa = (url: string, more: object = {}): ReturnType<typeof createClient> =>
      createClient({ url, socket: { tls: true, ca: authority.ca, ...more } });
    for (const target of [withCa(redis.url), withCa(strict.url, { cert: own.cert, key: own.key })]) {
      const link = await openLink(target);
      await link.subscribe([channel]);
      expect(await link.run([['PUBLISH', channel, 'hello']])).toEqual([1]);
    }

    const unknown = /SELF_SIGNED_CERT_IN_CHAIN.*caFile \(--redis-ca\) or NODE_EXTRA_CA_CERTS/;
    const rejected =
      /_CERTIFICATE_REQUIRED\).*certFile and keyFile \(--redis-cert and --redis-key\), or socket\.cert and socket\.key of createClient\(\)$/;
    for (const [target, message] of [
      [redis.url, unknown],
      [withCa(redis.url, { ca: stranger.ca }), unknown],
      [withCa(other.url), /ALTNAME_INVALID.*use a name that is in the certificate$/],
      [withCa(strict.url), rejected],
      [withCa(strict.url, { cert, key }), /UNKNOWN_CA\).*certFile and keyFile/],
    ] as const) {
      // Redis may close the connection before its alert has been read: the store tries again as well.
      await vi.waitFor(async () => {
        const failure = await failureOf(target);
        expect(failure.message).toMatch(/^no TLS connection to Redis at 127\.0\.0\.1:\d+ \(TLS\) \(/);
        expect(failure.message).toMatch(message);
        expect(failure).toBeInstanceOf(BusRefused);
        expect(failure.message).not.toContain(password);
      });
    }
    // These could be a Redis that restarts, so the store tries again.
    for (const target of [redis.url.replace('rediss', 'redis'), plain.url.replace('redis', 'rediss')]) {
      const failure = await failureOf(target, 0);
      expect(failure).not.toBeInstanceOf(BusRefused);
      expect(failure.message).toMatch(/^(no Redis answers at|Redis at \S+ closed the connection)/);
    }
  });

  it('[S3] each mistake in the files is named by its option, without what stands in them', async () => {
    const authority = await createAuthority();
    const [own, other] = await Promise.all([authority.issue('own'), authority.issue('other')]);
    const { caFile } = authority;
    const { certFile, keyFile } = own;
    const encrypted = await authority.encrypt(own);
    const broken = `${keyFile}.broken`;
    await writeFile(broken, (await readFile(keyFile, 'utf8')).replace('BEGIN PRIVATE', 'BEGIN PRIVAT'));
    const url = 'rediss://127.0.0.1:1';
    const secret = own.key.split('\n')[1]!;
    for (const [files, message, target] of [
      [{ caFile: '/nowhere/ca.pem' }, 'caFile "/nowhere/ca.pem" cannot be read (ENOENT): check the path'],
      [{ caFile: serverFolder }, `caFile "${serverFolder}" cannot be read (EISDIR)`],
      [{ caFile: keyFile }, `caFile "${keyFile}" has no certificate (-----BEGIN CERTIFICATE-----) in PEM`],
      [{ certFile }, 'certFile requires its private key: set keyFile (--redis-key), too'],
      [{ keyFile }, 'keyFile requires its certificate: set certFile (--redis-cert), too'],
      [
        { certFile: keyFile, keyFile: certFile },
        /^certFile .* has no certificate.*; keyFile .* has no private key/,
      ],
      [{ certFile, keyFile: broken }, `keyFile "${broken}" has no private key (-----BEGIN PRIVATE KEY-----)`],
      [
        { certFile, keyFile: encrypted },
        `keyFile "${encrypted}" has a passphrase: name a file of the key without`,
      ],
      [{ certFile, keyFile: other.keyFile }, `is not the private key of the certificate in "${certFile}"`],
      [{ caFile: '' }, 'caFile must be the path of a file'],
      [{ caFile }, 'caFile requires a URL with TLS: begin the URL with rediss://', 'redis://127.0.0.1:1'],
      [{ caFile }, 'caFile requires a URL with TLS: give the client socket.ca, cert and key', createClient()],
    ] as const) {
      const create = (): unknown => redisStore(target ?? url, files);
      expect(create).toThrow(expect.objectContaining({ code: 'options-invalid' }));
      expect(create).toThrow(message);
      expect(create).not.toThrow(secret);
    }
    expect(redisStore(url, { caFile, certFile, keyFile }).server).toMatch(/^[0-9a-f]{16}$/);
  });

  it('[S3] a cluster whose nodes all use TLS, from the address of one', async () => {
    const authority = await createAuthority();
    const [first] = await startRedisCluster({ tls: await issueFor(authority) });
    const link = await openLink(createClient({ url: first!.url, socket: { tls: true, ca: authority.ca } }));
    const channels = Array.from({ length: 16 }, (_, slot) => `live-online:{${slot}}`);
    await link.subscribe(channels);
    expect(new Set(channels.map((channel) => link.connectionOf(channel))).size).toBe(3);
    const receivers = await link.run(channels.map((channel) => ['PUBLISH', channel, 'hello'] as const));
    expect(receivers).toEqual(channels.map(() => 1));
    await vi.waitFor(() => expect(link.received).toHaveLength(channels.length));
  });

  it.each([
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'CERT_HAS_EXPIRED',
    'CERT_NOT_YET_VALID',
    'INVALID_PURPOSE',
    'ERR_SSL_WRONG_VERSION_NUMBER',
  ])('[S6] %s is refused: another attempt would not help', (code) => {
    const error = describeRedisError(Object.assign(new Error('no'), { code }), 'redis:6379 (TLS)');
    expect(error).toBeInstanceOf(BusRefused);
    expect(error.message).toContain(`(${code}): `);
  });
});
