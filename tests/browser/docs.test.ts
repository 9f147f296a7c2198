import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { io } from 'socket.io-client';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { chromiumBrowser } from '../helpers/browsers.ts';
import { bundleForServer } from '../helpers/bundle.ts';
import { startCounter } from '../helpers/counter.ts';
import { findCommands } from '../helpers/doc-commands.ts';
import { freePort } from '../helpers/free-port.ts';
import { needPhp } from '../helpers/php.ts';
import { startFamily } from '../helpers/processes.ts';
import { readSnippets, runProgram, serverFolder, snippetUnder } from '../helpers/readme.ts';
import { outputOf, startShell } from '../helpers/shell.ts';
import { startSite } from '../helpers/site.ts';
import { visit } from '../helpers/visitor.ts';

const SCRIPT = 'https://example.org/live-online/';
const adminToken = 'a-token-of-the-admin';
const bin = join(serverFolder, 'bin', 'live-online-server.js');

/** A member of a site, until the test ends. */
function addMember(url: string, site: string): void {
  const socket = io(url, { transports: ['websocket'], extraHeaders: { Origin: `https://${site}` } });
  onTestFinished(() => void socket.close());
}

/** The names and types in a value. Of an array, those of its first element. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, 1).map(shapeOf);
  if (typeof value !== 'object' || value === null) return typeof value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, shapeOf(each)]));
}

describe('docs/api.md', () => {
  const snippets = readSnippets('docs/api.md');
  const documented = (heading: string): unknown => JSON.parse(snippetUnder(snippets, heading, 'json'));

  it('[A2] its commands print what it shows', async () => {
    const { counter, url } = await startCounter({ publicSites: ['example.org'] });
    addMember(url, 'example.org');
    await vi.waitFor(() => expect(counter.total('example.org')).toBe(1));
    const print = async (heading: string): Promise<object> =>
      JSON.parse(
        await outputOf(snippetUnder(snippets, heading, 'sh'), { 'http://localhost:8081/': url }),
      ) as object;
    expect(shapeOf(await print('A site now'))).toEqual(shapeOf(documented('A site now')));
    // The first sample comes after a minute.
    const withoutSamples = { samples: [] };
    expect(shapeOf({ ...(await print('History')), ...withoutSamples })).toEqual(
      shapeOf({ ...(documented('History') as object), ...withoutSamples }),
    );
  });

  it('[A12] its commands list the servers as it shows, and drain one', async () => {
    const { url } = await startCounter({ adminToken });
    const base = { 'http://localhost:8081/': url, $TOKEN: adminToken };
    const listed = JSON.parse(await outputOf(snippetUnder(snippets, 'The servers', 'sh'), base)) as {
      servers: { name: string }[];
    };
    expect(shapeOf(listed)).toEqual(shapeOf(documented('The servers')));
    const [{ name }] = (documented('The servers') as typeof listed).servers as [{ name: string }];
    const own = { ...base, [name]: listed.servers[0]!.name };
    await outputOf(snippetUnder(snippets, 'The servers', 'sh', 1), own);
    // It has no other server to wait for.
    await vi.waitFor(() => expect(fetch(url)).rejects.toThrow('fetch failed'));
  });

  it('[A6] an error is what it shows', async () => {
    const { url } = await startCounter({ sites: ['example.org'], adminToken });
    const headers = { Authorization: `Bearer ${adminToken}` };
    const answer = await fetch(`${url}v1/sites/other.org`, { headers });
    expect(await answer.json()).toEqual(documented('Errors and limits'));
  });

  it('[A9] its code shows the changes, and is not counted', async () => {
    const { counter, url } = await startCounter({ publicSites: ['example.org'] });
    const code = snippetUnder(snippets, 'Changes, live', 'js').replace('https://count.example.org/', url);
    const site = await startSite({ '/': `<p id="online"></p><script type="module">${code}</script>` });
    const { page, problems } = await visit(await chromiumBrowser.getContext(), site.at('localhost'));
    const shown = () => page.locator('#online').innerText();
    await vi.waitFor(async () => expect(await shown()).toBe('0'));
    addMember(url, 'example.org');
    await vi.waitFor(async () => expect(await shown()).toBe('1'));
    expect(counter.stats().connections).toBe(1);
    expect(problems).toEqual([]);
  });
});

describe('docs/operations.md', () => {
  const snippets = readSnippets('docs/operations.md');

  it('[M1] its commands print the metrics', async () => {
    const port = await freePort();
    const [start, curl] = snippetUnder(snippets, 'Metrics', 'sh').trim().split('\n') as [string, string];
    const { args } = findCommands(start)[0]!;
    const own = args.map((arg) => arg.replace('9464', String(port)));
    const { output } = startFamily(process.execPath, [bin, ...own, '--port', '0'], { cwd: serverFolder });
    await vi.waitFor(() => expect(output()).toMatch(/listens on http:/));
    expect(await outputOf(curl, { '9464': String(port) })).toMatch(/^live_online_connections 0$/m);

    const { url } = await startCounter({ adminToken });
    const command = snippetUnder(snippets, 'Metrics', 'sh', 1);
    const replacements = { 'https://counter.example.org/': url, TOKEN: adminToken };
    expect(await outputOf(command, replacements)).toMatch(/^live_online_connections 0$/m);
  });

  it('[H1] its receiver verifies the webhooks that its command sends', async () => {
    const port = await freePort();
    const { args, env } = findCommands(snippetUnder(snippets, 'Webhooks', 'sh'))[0]!;
    const receiver = snippetUnder(snippets, 'Webhooks', 'js')
      .replace('3000', String(port))
      .replace('process.env.LIVE_ONLINE_WEBHOOK_SECRET', JSON.stringify(env['LIVE_ONLINE_WEBHOOK_SECRET']));
    const received = await runProgram(receiver);
    const hook = `http://127.0.0.1:${port}`;
    await vi.waitFor(async () => expect((await fetch(hook)).status).toBe(404));
    const own = args.map((arg) => arg.replace('https://example.org', hook));
    const { output } = startFamily(
      process.execPath,
      [bin, ...own, '--webhook-allow-private', '--port', '0'],
      { cwd: serverFolder, env },
    );
    const url = await vi.waitFor(() => /listens on (http:\S+)/.exec(output())![1]!);
    addMember(url, 'example.org');
    await vi.waitFor(() => expect(received.output()).toBe('site.occupied: example.org\n'));
    const forged = await fetch(`${hook}/hooks/online`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: '{}',
    });
    expect(forged.status).toBe(400);
  });
});

describe('docs/troubleshooting.md', () => {
  it('[docs] its commands answer as it says', async () => {
    const { url } = await startCounter();
    const text = snippetUnder(readSnippets('docs/troubleshooting.md'), 'See what the server sees', 'sh');
    const [health, ...upgrade] = text.split('\n') as [string, ...string[]];
    expect(await outputOf(health, { [SCRIPT]: url })).toMatch(/^HTTP\/1\.1 200 [^]*\r\nok/);
    // It stays connected.
    const { output } = startShell(upgrade.join('\n'), { [SCRIPT]: url });
    await vi.waitFor(() => expect(output()).toContain('HTTP/1.1 101 Switching Protocols'));
  });
});

describe('docs/embed.md', () => {
  const snippets = readSnippets('docs/embed.md');
  const html = (heading: string): string => snippetUnder(snippets, heading, 'html');

  it.each<[where: string, tag: () => string | Promise<string>]>([
    ['any page', () => html('Where the tag goes')],
    // Hugo's condition is true.
    ['Hugo', () => html('Hugo').replaceAll(/\{\{.*?\}\}/g, '')],
    ['Astro', () => html('Astro').replace('is:inline ', '')],
    ['WordPress', runPhp],
    ['Next.js', renderReact],
    ['Put it online', () => snippetUnder(readSnippets('docs/online.md'), '2. Give it a certificate', 'html')],
  ])('[W1] the tag for %s shows the number', async (_where, tag) => {
    const { url } = await startCounter();
    const code = await tag();
    expect(code).toContain(SCRIPT);
    const site = await startSite({ '/': `<body>${code.replace(SCRIPT, url)}</body>` });
    const { sees, problems } = await visit(await chromiumBrowser.getContext(), site.at('localhost'));
    await sees(1);
    expect(problems).toEqual([]);
  });

  it('[W4] its Content Security Policy allows the counter, and is needed', async () => {
    const { url, counter } = await startCounter();
    const header = snippetUnder(snippets, 'With a Content Security Policy', 'http').trim();
    const [name, policy] = header.split(/: (.*)/) as [string, string];
    const { origin, host } = new URL(url);
    const own = policy.replaceAll('https://example.org', origin).replace('wss://example.org', `ws://${host}`);
    const page = { html: `<script async src="${url}"></script>` };
    const site = await startSite({
      '/': { ...page, headers: { [name]: own } },
      '/without': { ...page, headers: { [name]: "script-src 'self'" } },
    });
    const context = await chromiumBrowser.getContext();
    const { sees, problems } = await visit(context, site.at('localhost'));
    await sees(1);
    await vi.waitFor(() => expect(counter.total('localhost')).toBe(1));
    expect(problems).toEqual([]);
    const other = await visit(context, site.at('localhost', '/without'));
    await vi.waitFor(() => expect(other.problems.join()).toContain('Content Security Policy'));
  });

  /** What WordPress does with the code, at the end of a page. */
  async function runPhp(): Promise<string> {
    const wordpress = `function add_action($hook, $run) { if ($hook === 'wp_footer') $run(); }`;
    const code = wordpress + snippetUnder(snippets, 'WordPress', 'php');
    const { stdout } = await promisify(execFile)(needPhp(), ['-r', code]);
    return stdout;
  }

  async function renderReact(): Promise<string> {
    const entry = `
      import { renderToString } from 'react-dom/server';
      export const html = renderToString(<main>${snippetUnder(snippets, 'Next.js', 'tsx')}</main>);`;
    const module = (await import(/* @vite-ignore */ await bundleForServer({ entry }))) as { html: string };
    return module.html;
  }
});
