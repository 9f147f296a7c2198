import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer, type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { openPage } from './helpers/page.ts';
import { sendHttp } from './helpers/send-http.ts';
import { startReceiver } from './helpers/webhook-receiver.ts';
import { upgrade, upgradeWithoutHeaders } from './helpers/upgrade.ts';
import packageJson from '../package.json' with { type: 'json' };

const bin = fileURLToPath(new URL('../bin/live-online-server.js', import.meta.url));

/** Runs the command line as it is installed: its bin, on the built package. */
function run(args: string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [bin, ...args], {
    env: { ...process.env, NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let written = '';
  child.stdout.on('data', (chunk) => (written += String(chunk)));
  const errors = text(child.stderr);
  const ended = once(child, 'close').then(([code]) => code as number | null);
  const lines = (): string[] => written.split('\n').filter(Boolean);
  return {
    child,
    lines,
    errors,
    ended,
    output: () => written,
    events: () => lines().map((line) => JSON.parse(line) as Record<string, unknown>),
    prints: (pattern: RegExp) => vi.waitFor(() => expect(written).toMatch(pattern), { interval: 10 }),
  };
}

async function runJson(args: string[] = []) {
  const cli = run(['--port', '0', '--host', '127.0.0.1', '--log', 'json', ...args]);
  await cli.prints(/listening/);
  return { ...cli, url: cli.events()[0]!['url'] as string };
}

describe('live-online-server', () => {
  it('[C10] first logs its address, one JSON object a line', async () => {
    const { url, events, child, ended } = await runJson();
    expect(events()[0]).toEqual({ event: 'listening', url });
    const page = openPage(url, { origin: 'https://a.example' });
    await page.receives(1);
    await vi.waitFor(() => expect(events()[1]).toEqual({ event: 'total', site: 'a.example', total: 1 }));
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
    expect(events().slice(-2)).toEqual([{ event: 'closing' }, { event: 'closed' }]);
    expect(await page.closed()).toBe('transport close');
  });

  it('[C10] logs once, with the lines for nginx, that a proxy removes the headers of upgrades', async () => {
    const { url, events } = await runJson();
    const port = Number(new URL(url).port);
    for (let request = 0; request < 3; request++) await sendHttp(port, upgradeWithoutHeaders());
    await openPage(url, { origin: 'https://a.example' }).receives(1);
    await vi.waitFor(() => expect(events().at(-1)).toMatchObject({ event: 'total' }));
    const warnings = events().filter(({ event }) => event === 'warning');
    expect(warnings).toHaveLength(1);
    expect(warnings[0]!['message']).toMatch(
      /^a reverse proxy [^]*\n {2}proxy_set_header Upgrade \$http_upgrade;\n/,
    );
  });

  it('[C10] on a terminal it prints its URL and the tag for a page', async () => {
    const cli = run(['--port', '0', '--host', '127.0.0.1']);
    await cli.prints(/listens on http:\/\/127\.0\.0\.1:\d+\/\n/);
    await cli.prints(/<script async src="http:\/\/127\.0\.0\.1:\d+\/"><\/script>/);
    cli.child.kill('SIGINT');
    expect(await cli.ended).toBe(0);
    expect(await cli.errors).toBe('');
  });

  it('[C10] ends at once after a second signal', async () => {
    const { child, ended, url, prints } = await runJson();
    const page = openPage(url);
    await page.receives(1);
    child.kill('SIGTERM');
    await prints(/closing/);
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
  });

  it('[C11] takes every setting from flags, and from the environment', async () => {
    const fromFlags = await runJson([
      '--site',
      'a.example',
      '--site',
      'www.a.example=a.example',
      '--max-connections',
      '5',
    ]);
    await openPage(fromFlags.url, { origin: 'https://www.a.example' }).receives(1);
    await openPage(fromFlags.url, { origin: 'https://b.example' }).rejection();

    const env = {
      LIVE_ONLINE_PORT: '0',
      LIVE_ONLINE_HOST: '127.0.0.1',
      LIVE_ONLINE_LOG: 'json',
      LIVE_ONLINE_SITE: 'a.example,www.a.example=a.example',
      LIVE_ONLINE_TRANSPORTS: 'polling',
      LIVE_ONLINE_MAX_PER_ADDRESS: '1',
      LIVE_ONLINE_TRUST_PROXY: '1',
    };
    const fromEnvironment = run([], env);
    await fromEnvironment.prints(/listening/);
    const url = fromEnvironment.events()[0]!['url'] as string;
    const polling = (address: string) =>
      openPage(url, {
        origin: 'https://a.example',
        transports: ['polling'],
        headers: { 'x-forwarded-for': address },
      });
    await polling('203.0.113.1').receives(1);
    await polling('203.0.113.1').rejection();
    await polling('203.0.113.2').receives(2);
    await fromEnvironment.prints(/"event":"warning".*--trust-proxy/);
  });

  it('[L1] logs no address, no token and no secret, and where the metrics are', async () => {
    const receiver = await startReceiver();
    receiver.answer = (_request, response) => void response.writeHead(410).end();
    const secrets = [
      'the-token-of-the-admin',
      'the secret of webhooks',
      'the secret of a site',
      'in-the-path',
      'in-the-query',
    ];
    const env = {
      LIVE_ONLINE_ADMIN_TOKEN: secrets[0]!,
      LIVE_ONLINE_WEBHOOK_SECRET: secrets[1]!,
      LIVE_ONLINE_SITE_TOKEN_SECRET: `b.example=${secrets[2]}`,
      LIVE_ONLINE_SITE: 'a.example,b.example',
    };
    const webhook = `http://127.0.0.1:${receiver.port}/in-the-path?in-the-query`;
    const args = [
      '--webhook',
      webhook,
      '--webhook-allow-private',
      '--metrics-port',
      '0',
      '--trust-proxy',
      '1',
    ];
    const limits = ['--max-per-address', '1', '--log', 'json', '--host', '127.0.0.1', '--port', '0'];
    const logs = await Promise.all(
      [[], ['--log-addresses']].map(async (more) => {
        const cli = run([...args, ...limits, ...more], env);
        await cli.prints(/listening/);
        const { url, metricsUrl } = cli.events()[0] as Record<string, string>;
        expect((await fetch(metricsUrl!)).status).toBe(200);
        const headers = { 'x-forwarded-for': '203.0.113.7' };
        await openPage(url!, { origin: 'https://a.example', headers }).receives(1);
        await openPage(url!, { origin: 'https://a.example', headers }).rejection();
        await cli.prints(/"event":"warning"[^]*"event":"webhook"|"event":"webhook"[^]*"event":"warning"/);
        cli.child.kill('SIGTERM');
        await cli.ended;
        expect(cli.events().find(({ event }) => event === 'webhook')).toEqual({
          event: 'webhook',
          origin: `http://127.0.0.1:${receiver.port}`,
          type: 'site.occupied',
          site: 'a.example',
          attempts: 1,
          reason: 'answered 410',
        });
        return cli.output() + (await cli.errors);
      }),
    );
    for (const secret of secrets) expect(logs.join('')).not.toContain(secret);
    expect(logs.map((log) => log.includes('203.0.113.7'))).toEqual([false, true]);
  });

  it('[C10] --help and --version print and exit', async () => {
    const help = run(['--help']);
    expect(await help.ended).toBe(0);
    for (const flag of [
      '--port',
      '--site',
      '--trust-proxy',
      '--max-per-address',
      '--count-bots',
      '--log',
      'LIVE_ONLINE_PORT',
    ]) {
      expect(help.output()).toContain(flag);
    }
    expect(Math.max(...help.lines().map((line) => line.length))).toBeLessThanOrEqual(110);
    const script = readFileSync(createRequire(import.meta.url).resolve('@live-online/widget/live-online.js'));
    expect(help.output()).toContain(
      `integrity="sha384-${createHash('sha384').update(script).digest('base64')}"`,
    );
    const beside = run(['--help'], { LIVE_ONLINE_LOG: 'xml', LIVE_ONLINE_PORT: 'eighty' });
    expect(await beside.ended).toBe(0);
    const version = run(['--version']);
    expect(await version.ended).toBe(0);
    expect(version.output()).toBe(`${packageJson.version}\n`);
  });

  it.each([
    [['--bogus'], /Unknown option '--bogus'; --help lists all options/],
    [['stray'], /Unexpected argument 'stray'/],
    [['--port', 'eighty'], /--port must be an integer from 0 to 65535/],
    [['--site', 'https://a.example'], /--site\[0\] "https:\/\/a.example" is not a hostname/],
    [['--port', '0', '--site', 'a b; port c'], /--site\[0\] "a b; port c" is not a hostname/],
    [['--workers', '0', '--port', 'x', '--site', 'a; workers'], /--site\[0\] "a; workers" is not/],
    [['--webhook', 'ftp://a.example'], /--webhook must be an http: or https: URL/],
    [['--webhook-secret', 'abc'], /--webhook-secret requires --webhook/],
    [['--site-token-secret', 'a.example=0123456789abcdef'], /--site-token-secret requires --site/],
    [['--site', 'a.example', '--site-token-secret', 'a.example'], /--site-token-secret must be SITE=SECRET/],
    [
      ['--site', 'a.example', '--site-token-secret', 'a.example=short'],
      /--site-token-secret\S* must have 16 to 256 characters/,
    ],
    [
      ['--site', 'a.example', '--site-token-secret', 'b.example=0123456789abcdef'],
      /--site-token-secret: "b.example" is not one of --site: correct it, or add --site b.example/,
    ],
    [['--webhook', 'http://localhost/'], /--webhook is a private or loopback address/],
    [['--transports', 'pigeon'], /--transports\[0\] must be websocket or polling/],
    [['--trust-proxy', ''], /--trust-proxy must be a list/],
    [['--log', 'xml'], /--log must be pretty or json, not "xml"/],
    [['--port', '1', '--max-sites', '0'], /--max-sites must be an integer ≥ 1/],
    [['--host', '203.0.113.1'], /address not available \(EADDRNOTAVAIL\) for 203\.0\.113\.1, port .*--host/],
  ])('[C11] %o: one line that says what to do, exit code 1', async (args, message) => {
    const cli = run(args);
    expect(await cli.ended).toBe(1);
    const errors = await cli.errors;
    expect(errors).toMatch(message);
    expect(errors.trim().split('\n')).toHaveLength(1);
    expect(cli.output()).toBe('');
  });

  it('[C11] a port in use: one line, exit code 1', async () => {
    const taken = createServer();
    taken.listen(0, '127.0.0.1');
    await once(taken, 'listening');
    onTestFinished(() => void taken.close());
    const { port } = taken.address() as AddressInfo;
    for (const log of ['pretty', 'json']) {
      const cli = run(['--host', '127.0.0.1', '--port', String(port), '--log', log]);
      expect(await cli.ended).toBe(1);
      const output = (await cli.errors) + cli.output();
      expect(output).toMatch(new RegExp(`port ${port} is in use: choose another port`));
      expect(output.trim().split('\n')).toHaveLength(1);
    }
  });

  it('[C11] logs at most 100 totals a second, the busiest sites first, and how many it left out', async () => {
    const { url, events } = await runJson();
    const port = Number(new URL(url).port);
    // A client that connects twice is on the one busy site.
    const sites = Array.from({ length: 350 }, (_, i) => `https://made-up-${i}.example`);
    const startedAt = performance.now();
    const all = [...sites, 'https://busy.example', 'https://busy.example'];
    await Promise.all(all.map((origin) => upgrade(port, origin)));
    const totals = () => events().filter(({ event }) => event === 'total');
    await vi.waitFor(() => {
      const leftOut = events().reduce(
        (sum, { event, totals = 0 }) => sum + (event === 'left-out' ? Number(totals) : 0),
        0,
      );
      expect(totals().length + leftOut).toBeGreaterThan(sites.length);
    });
    expect(totals().length).toBeLessThanOrEqual(100 * Math.ceil((performance.now() - startedAt) / 1_000));
    expect(totals()).toContainEqual({ event: 'total', site: 'busy.example', total: 2 });
  });

  it('[L1] [SEC48] logs no token, no code and no secret of an address, as text and as JSON', async () => {
    const secret = 'secret-that-no-log-may-have';
    const receiver = await startReceiver();
    receiver.answer = (_request, response) => void response.writeHead(410).end();
    const webhook = receiver.url
      .replace('http://', `http://user:${secret}@`)
      .replace('hook', `${secret}?${secret}`);
    const flags = ['--admin-token', secret, '--webhook', webhook, '--webhook-secret', secret];
    const listen = ['--port', '0', '--host', '127.0.0.1', '--webhook-allow-private', ...flags];
    for (const log of ['pretty', 'json']) {
      const cli = run([...listen, '--log', log]);
      await cli.prints(/http:\/\/127\.0\.0\.1:\d+\//);
      const url = /http:\/\/127\.0\.0\.1:\d+\//.exec(cli.output())![0];
      for (const path of [
        `dashboard/login?token=${secret}`,
        `opt-out?token=${secret}`,
        `v1/sites/${secret}?${secret}`,
      ]) {
        for (const method of ['GET', 'POST']) {
          const headers = { authorization: `Bearer ${secret}x`, cookie: `live_online_session=${secret}` };
          await (await fetch(url + path, { method, headers, redirect: 'manual' })).text();
        }
      }
      const page = openPage(url, { origin: 'https://a.example', auth: { token: secret } });
      await page.receives(1);
      await cli.prints(/abandoned|"webhook"/);
      cli.child.kill('SIGTERM');
      await cli.ended;
      expect(cli.output() + (await cli.errors)).not.toContain(secret);
    }
  });

  it('[C11] keeps running when its output is closed', async () => {
    const { child, url } = await runJson();
    child.stdout.destroy();
    await openPage(url, { origin: 'https://a.example' }).receives(1);
    const page = openPage(url, { origin: 'https://a.example' });
    await page.receives(2);
    await vi.waitFor(async () => expect((await fetch(`${url}healthz`)).ok).toBe(true));
    expect(child.exitCode).toBeNull();
  });
});
