import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { readCommandLine } from '../../src/cli/read-command-line.ts';
import { openPage } from '../helpers/page.ts';
import { password, startRedis } from '../helpers/redis.ts';

const bin = fileURLToPath(new URL('../../bin/live-online-server.js', import.meta.url));

function run(args: string[], env: Record<string, string> = {}) {
  const child = spawn(
    process.execPath,
    [bin, '--port', '0', '--host', '127.0.0.1', '--log', 'json', ...args],
    {
      env: { ...process.env, NO_COLOR: '1', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  onTestFinished(() => void child.kill('SIGKILL'));
  const events: Record<string, unknown>[] = [];
  createInterface(child.stdout).on('line', (line) =>
    events.push(JSON.parse(line) as Record<string, unknown>),
  );
  const errors = text(child.stderr);
  const ended = once(child, 'close').then(([code]) => code as number | null);
  return {
    child,
    events,
    ended,
    errors,
    listening: () =>
      vi.waitFor(() => {
        const event = events.find((one) => one['event'] === 'listening');
        expect(event).toBeDefined();
        return event!['url'] as string;
      }),
  };
}

describe('live-online-server --redis-url', () => {
  it('[S3] what cannot be used is named by its flag, without the password', async () => {
    const cli = run(['--redis-url', 'redis://:s3cret%zz@host', '--server-name', 'a b']);
    expect(await cli.ended).toBe(1);
    const message = String(cli.events[0]?.['message']);
    expect(message).toMatch(
      /^--redis-url must be a URL such as redis:.*; --server-name must be 1 to 24 [^;]*$/,
    );
    expect(message).not.toContain('s3cret');
    expect(() => readCommandLine(['--server-name', 'a'], {})).toThrow('--server-name requires --redis-url');
    expect(() => readCommandLine([], { LIVE_ONLINE_REDIS_SECRET: 'a' })).toThrow(
      'LIVE_ONLINE_REDIS_SECRET requires --redis-url',
    );
    for (const flag of ['ca', 'cert', 'key']) {
      expect(() => readCommandLine([`--redis-${flag}`, 'file.pem'], {})).toThrow(
        `--redis-${flag} requires --redis-url: it is for connections to Redis`,
      );
    }
    for (const workers of [[], ['--workers', '1']]) {
      const files = ['--redis-ca', '/nowhere/ca.pem', '--redis-cert', '/nowhere/cert.pem'];
      const missing = run(['--redis-url', 'rediss://host', ...files, ...workers]);
      const short = run(['--redis-url', 'redis://host', '--redis-secret', 'too short', ...workers]);
      expect(await missing.ended).toBe(1);
      expect(missing.events[0]?.['message']).toMatch(
        /^--redis-cert requires its private key: .*; --redis-ca "\/nowhere\/ca\.pem" cannot be read \(ENOENT\): .*; --redis-cert ".*" cannot/,
      );
      expect(await short.ended).toBe(1);
      expect(short.events[0]?.['message']).toBe('--redis-secret must be 16 to 256 characters');
    }
  });

  it('[S6] a wrong password ends the start, and a Redis that is away does not', async () => {
    const redis = await startRedis();
    const wrong = run(['--redis-url', redis.url.replace(password, 'wr0ng')]);
    expect(await wrong.ended).toBe(1);
    expect(wrong.events).toEqual([
      { event: 'error', message: expect.stringMatching(/rejects this user and password/) as string },
    ]);
    expect(JSON.stringify(wrong.events)).not.toContain('wr0ng');

    await redis.kill();
    const early = run(['--redis-url', redis.url]);
    const page = openPage(await early.listening(), { origin: 'https://a.example' });
    const details: unknown[] = [];
    page.socket.on('total', (_total, detail) => void details.push(detail));
    await page.receives(1);
    expect(details[0]).toMatchObject({ stale: true });
  });

  it('[S1] two servers at one Redis have one total, without the clients of a closed one', async () => {
    const redis = await startRedis();
    const env = { LIVE_ONLINE_REDIS_URL: redis.url };
    const [a, b] = [run(['--server-name', 'a'], env), run([], env)];
    const [urlA, urlB] = await Promise.all([a.listening(), b.listening()]);
    const origin = 'https://a.example';
    await openPage(urlA, { origin }).receives(1);
    const page = openPage(urlB, { origin });
    await page.receives(2);
    const registry = Object.keys((await redis.cli('HGETALL', 'live-online:1:{servers}')) as object);
    expect(registry).toHaveLength(2);
    expect(registry).toContainEqual(expect.stringMatching(/^a-[0-9a-f]{16}$/));
    a.child.kill('SIGTERM');
    expect(await a.ended).toBe(0);
    await page.receives(1);
  });
});
