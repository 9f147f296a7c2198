import { spawn } from 'node:child_process';
import { chmodSync, readFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { networkUrls } from '../../src/cli/network-urls.ts';
import { connectPage, makeFolder } from '../helpers/reload-server.ts';

const bin = fileURLToPath(new URL('../../bin/live-online-reload.js', import.meta.url));

/** Runs the bin of the built package. */
function run(args: string[], { env = {}, cwd }: { env?: Record<string, string>; cwd?: string } = {}) {
  const child = spawn(process.execPath, [bin, ...args], {
    ...(cwd !== undefined && { cwd }),
    env: { ...process.env, NO_COLOR: '1', XDG_CACHE_HOME: makeFolder().folder, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let written = '';
  child.stdout.on('data', (chunk) => (written += String(chunk)));
  const errors = text(child.stderr);
  const ended = once(child, 'close').then(([code]) => code as number | null);
  return {
    child,
    errors,
    ended,
    output: () => written,
    events: () =>
      written
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as Record<string, unknown>),
    prints: (pattern: RegExp) => vi.waitFor(() => expect(written).toMatch(pattern), { interval: 10 }),
  };
}

async function occupyPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

describe('live-online-reload', () => {
  it('[R1] with --log json, the first line is the URL, and each update is one JSON object', async () => {
    const { folder, write } = makeFolder({ 'index.html': 'x' });
    const { events, prints, child, ended } = run([folder, '--port', '0', '--log', 'json']);
    await prints(/listening/);
    const url = events()[0]!['url'] as string;
    expect(events()[0]).toEqual({
      event: 'listening',
      url: expect.stringMatching(/^http:\/\/localhost:\d+\/$/),
    });
    const page = await connectPage(url, { origin: `http://127.0.0.1:${new URL(url).port}` });
    expect(page.ok).toBe(true);
    await (await fetch(url)).text();
    write('app.js', 'x');
    await prints(/"update"/);
    expect(events()[1]).toEqual({
      event: 'update',
      files: ['app.js'],
      pages: { none: 0, apply: 0, reload: 1 },
      applied: [],
      reason: 'the file is new',
      durationMs: expect.any(Number),
    });
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
    expect(events().at(-1)).toEqual({ event: 'closing' });
  });

  it('[R1] prints one line per update: what changed and what pages did', async () => {
    const { folder, write } = makeFolder({ 'index.html': 'x' });
    const { prints, output, child, ended, errors } = run([folder, '--port', '0']);
    await prints(/Serving .* at http:\/\/localhost:\d+\/\n.*Ctrl-C stops the server\.\n/s);
    const before = output().split('\n').length;
    write('a\u001b[2J.txt', 'x');
    await prints(/no page is open/);
    expect(output()).toMatch(/^\d\d:\d\d:\d\d {2}a\\u001b\[2J\.txt → no page is open$/m);
    expect(output().split('\n').length).toBe(before + 1);
    child.kill('SIGINT');
    expect(await ended).toBe(0);
    expect(await errors).toBe('');
  });

  it('[R30] says what a save did and why, and with --quiet writes only warnings and errors', async () => {
    const { folder, write } = makeFolder({ 'index.html': 'x', 'app.js': '1' });
    const cwd = makeFolder({ 'index.html': 'x' }).folder;
    const quiet = run(['.', '--port', '0', '--quiet', '--debounce', '0'], { cwd });
    const { prints, output } = run([folder, '--port', '0']);
    await prints(/Ctrl-C/);
    const url = /http:\/\/localhost:\d+\//.exec(output())![0];
    await (await fetch(new URL('app.js', url))).text();
    const page = await connectPage(url, { origin: new URL(url).origin.replace('localhost', '127.0.0.1') });
    expect(page.ok).toBe(true);
    write('app.js', '22');
    await prints(/app\.js → reloads 1 page \(\d+ ms\): scripts are not replaced in place\n/);
    expect(await quiet.ended).toBe(1);
    expect(quiet.output()).toBe('');
    expect(await quiet.errors).toMatch(/--debounce/);
  });

  it('[R1] names what is served and what is watched', async () => {
    const { folder } = makeFolder({ 'content/index.html': 'x', 'src/a.ts': 'x' });
    const { prints, output } = run(['content', '--watch', 'src', '--port', '0'], { cwd: folder });
    await prints(/Ctrl-C/);
    expect(output()).toMatch(/^Serving content at http:\/\/localhost:\d+\/\nWatching content, src\n/);
  });

  it.each([
    ['globs, as quotes or a shell without such files leave them', ['src/**/*.php', '!src/vendor/**']],
    ['the files that a shell has found for src/**/*.php', ['src/a.php', 'src/deep/b.php']],
  ])('[R3] --watch takes %s', async (_what, watched) => {
    const names = ['src/a.php', 'src/deep/b.php', 'src/vendor/c.php', 'src/d.txt'];
    const { folder, write } = makeFolder(Object.fromEntries(names.map((name) => [name, 'x'])));
    const flags = ['--no-serve', '--port', '0', '--log', 'json'];
    const { events, child, ended, output } = run(['--watch', ...watched, ...flags], { cwd: folder });
    // A save before the files are watched has no effect.
    await vi.waitFor(() => {
      expect(child.exitCode).toBeNull();
      for (const name of [...names].reverse()) write(name, `saved at ${performance.now()}`);
      expect(output()).toMatch(/"update".*a\.php/);
      expect(output()).toMatch(/"update".*b\.php/);
    });
    child.kill('SIGINT');
    await ended;
    expect(events().flatMap(({ files }) => (files as string[] | undefined) ?? [])).not.toContainEqual(
      expect.stringMatching(/c\.php|d\.txt/),
    );
  });

  it('[R1] if the port is in use, it takes the next one and prints it', async () => {
    const port = await occupyPort();
    const { folder } = makeFolder();
    const { prints, events } = run([folder, '--port', String(port), '--log', 'json']);
    await prints(/listening/);
    const bound = Number(new URL(events()[0]!['url'] as string).port);
    expect(bound).toBeGreaterThan(port);
    expect(bound).toBeLessThan(port + 100);
  });

  it.each([['--strict-port'], ['--no-serve']])('[R1] with %s a port in use is an error', async (flag) => {
    const port = await occupyPort();
    const { errors, ended, output } = run([makeFolder().folder, '--port', String(port), flag]);
    expect(await ended).toBe(1);
    expect(await errors).toBe(
      `live-online-reload: localhost, port ${port} is in use: choose another port, or 0 for any free one (--port)\n`,
    );
    expect(output()).toBe('');
  });

  it.each<[string[], RegExp]>([
    [['no-such-folder'], /no-such-folder does not exist: create it, or choose another path/],
    [[], /nothing to watch: name a folder to serve, or paths to watch/],
    [
      ['--proxy', 'localhost:8000', '--watch', '.'],
      /--proxy must be the URL of a backend .* http:\/\/localhost:8000/,
    ],
    [['--proxy', 'http://localhost:8000'], /--watch must name the source files of the backend/],
    [['.', '--proxy', 'http://localhost:8000', '--no-serve'], /--proxy cannot be combined with .*--no-serve/],
    [['.', '--port', 'x'], /--port must be an integer from 0 to 65535/],
    [
      ['.', '--host', '203.0.113.9', '--port', '0'],
      /address not available \(EADDRNOTAVAIL\) for 203\.0\.113\.9.*--host/,
    ],
    [
      ['.', '--allow-origin', 'box.lan'],
      /--allow-origin\S* must be an origin such as http:\/\/localhost:3000/,
    ],
    [['.', '--nonsense'], /--nonsense.*--help/],
  ])('[R1] %j fails with one line that says what to do', async (args, message) => {
    const { errors, ended } = run(args, { cwd: makeFolder().folder });
    expect(await ended).toBe(1);
    const written = await errors;
    expect(written).toMatch(message);
    expect(written.trim().split('\n')).toHaveLength(1);
  });

  it('[R1] Ctrl-C frees the port within half a second, with pages open', async () => {
    const { folder } = makeFolder({ 'index.html': '<p>x' });
    const { prints, events, child, ended } = run([folder, '--port', '0', '--log', 'json']);
    await prints(/listening/);
    const url = events()[0]!['url'] as string;
    const { port } = new URL(url);
    await Promise.all([1, 2, 3].map(() => connectPage(url, { origin: `http://127.0.0.1:${port}` })));
    const startedAt = performance.now();
    child.kill('SIGINT');
    expect(await ended).toBe(0);
    // The rule names this time.
    expect(performance.now() - startedAt).toBeLessThan(500);
    const again = createServer().listen(Number(port), '127.0.0.1');
    await once(again, 'listening');
    again.close();
  });

  it.each(['SIGINT', 'SIGHUP'] as const)('[R9] %s ends a command that never ends', async (signal) => {
    const { folder, write } = makeFolder({ 'site/index.html': 'x', 'src/a.txt': 'x' });
    const flags = [
      '--exec',
      'echo "pid $$"; while true; do sleep 1; done',
      '--on',
      'src/**',
      '--log',
      'json',
    ];
    const { prints, events, child, ended } = run(['site', '--port', '0', ...flags], { cwd: folder });
    await prints(/listening/);
    // A save before the folder is watched has no effect. Each save ends the command of the one before.
    await vi.waitFor(
      async () => {
        write('src/a.txt', String(performance.now()));
        await vi.waitFor(() => expect(events().some(({ event }) => event === 'output')).toBe(true), 5_000);
      },
      { timeout: 30_000 },
    );
    const pids = events().flatMap(({ text: line }) => /pid (\d+)/.exec(String(line))?.[1] ?? []);
    child.kill(signal);
    expect(await ended).toBe(0);
    await vi.waitFor(() => expect(() => process.kill(-Number(pids.at(-1)), 'SIGTERM')).toThrow());
  });

  it('[R12] reads its config file, and a flag overrides it', async () => {
    const config = "export default { folder: 'site', port: 1, log: 'json' }";
    const { folder } = makeFolder({ 'site/index.html': 'x', 'live-online-reload.config.mjs': config });
    const { prints, events } = run(['--port', '0'], { cwd: folder });
    await prints(/listening/);
    expect(await (await fetch(String(events()[0]!['url']))).text()).toContain('x');
    const wrong = run(['--port', '0', '--config', 'missing.json'], { cwd: folder });
    expect(await wrong.ended).toBe(1);
    expect(await wrong.errors).toMatch(/missing\.json cannot be read/);
  });

  it('[R12] a mistake in the config file is one line with the file and the key', async () => {
    const { folder } = makeFolder({
      'site/index.html': 'x',
      'package.json': '{ "liveOnlineReload": { "prot": 1 } }',
    });
    const { errors, ended } = run(['site', '--port', '0'], { cwd: folder });
    expect(await ended).toBe(1);
    expect(await errors).toBe(
      'live-online-reload: package.json (liveOnlineReload): prot is an unknown option: did you mean port?\n',
    );
  });

  it('[R12] a config file that uses export in a CommonJS project says which name it needs', async () => {
    const { folder } = makeFolder({
      'package.json': '{ "type": "commonjs" }',
      'live-online-reload.config.js': 'export default {}',
    });
    const { errors, ended } = run(['--print-config'], { cwd: folder });
    expect(await ended).toBe(1);
    expect(await errors).toMatch(
      /CommonJS file: name it live-online-reload\.config\.mjs, or set "type": "module"/,
    );
  });

  it('[R1] prints its help and its version', async () => {
    const help = run(['--help']);
    expect(await help.ended).toBe(0);
    expect(help.output()).toMatch(/live-online-reload content[\s\S]*--proxy http[\s\S]*--no-serve/);
    const version = run(['--version']);
    expect(await version.ended).toBe(0);
    expect(version.output()).toBe(`${packageJson.version}\n`);
  });

  it('[R1] --open opens the page in the browser', async () => {
    const { folder, write } = makeFolder();
    write('browser', `#!/bin/sh\necho "$1" > "${join(folder, 'opened')}"\n`);
    chmodSync(join(folder, 'browser'), 0o755);
    const env = { BROWSER: join(folder, 'browser') };
    const { prints, output } = run([makeFolder().folder, '--port', '0', '--open'], { env });
    await prints(/Serving/);
    const url = /http:\/\/localhost:\d+\//.exec(output())![0];
    await vi.waitFor(() => expect(readFileSync(join(folder, 'opened'), 'utf8').trim()).toBe(url));
  });

  it('[R20] --open firefox opens it in that browser, and a browser that is missing is a warning', async () => {
    const { folder, write } = makeFolder();
    write('firefox', `#!/bin/sh\necho "$1" > "${join(folder, 'opened')}"\n`);
    chmodSync(join(folder, 'firefox'), 0o755);
    const env = { PATH: `${folder}:${process.env['PATH']}` };
    const { prints, output } = run([makeFolder().folder, '--port', '0', '--open', 'firefox'], { env });
    await prints(/Serving/);
    const url = /http:\/\/localhost:\d+\//.exec(output())![0];
    await vi.waitFor(() => expect(readFileSync(join(folder, 'opened'), 'utf8').trim()).toBe(url));
    const missing = run([makeFolder().folder, '--port', '0', '--open=/no/such/browser']);
    await missing.prints(/Warning: cannot open \/no\/such\/browser: open http:\/\/localhost:\d+\/ yourself/);
  });

  it('[R20] with --host, it names the addresses of the network, and draws no code where it is not seen', async () => {
    const { prints, output } = run([makeFolder().folder, '--port', '0', '--host', '0.0.0.0']);
    await prints(/Ctrl-C/);
    const own = networkUrls({ url: 'http://localhost:1/', host: '0.0.0.0', port: 1 }, networkInterfaces());
    expect([...output().matchAll(/^In your network at (.*)/gm)]).toHaveLength(own.length);
    expect(output()).not.toMatch(/[▀▄█]/);
  });
});
