import { execFile, spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { io } from 'socket.io-client';
import { expect, onTestFinished } from 'vitest';
import { freePort } from './free-port.ts';
import type { Project } from './packed.ts';

/** Shows that the installed server listens, serves its script, counts, and ends at SIGTERM. */
export async function countsFromItsBin(project: Project, node: string): Promise<void> {
  const args = ['--port', '0', '--host', '127.0.0.1', '--log', 'json'];
  const child = startBin(project, node, 'live-online-server', args);
  const { url } = await listening(child);
  expect(await (await fetch(url)).text()).toContain('locWidget');
  const socket = io(url, { transports: ['websocket'] });
  onTestFinished(() => void socket.close());
  const total = await new Promise<unknown>((resolve) => socket.once('total', resolve));
  expect(total).toBe(1);
  await ends(child);
}

/** Shows that the installed reload tool listens, serves a page with its client, reports a save, and ends at SIGINT. */
export async function reloadsFromItsBin(project: Project, node: string): Promise<void> {
  await project.write({ 'content/index.html': '<h1>one</h1>' });
  const child = startBin(project, node, 'live-online-reload', ['content', '--port', '0', '--log', 'json']);
  const { url, lines } = await listening(child);
  const headers = { accept: 'text/html', 'sec-fetch-dest': 'document' };
  const html = await (await fetch(url, { headers })).text();
  expect(html).toMatch(/<script[^>]*__live-online\/client\.js[\s\S]*<h1>one<\/h1>/);
  expect((await fetch(new URL('/__live-online/client.js', url))).status).toBe(200);
  const saved = once(lines, 'line') as Promise<[string]>;
  await project.write({ 'content/index.html': '<h1>two</h1>' });
  expect(JSON.parse((await saved)[0])).toMatchObject({ event: 'update', files: ['index.html'] });
  await ends(child);
}

/** Starts the reload tool with a config file, whose command runs on a save. */
export async function buildsFromItsConfig(project: Project, node: string): Promise<void> {
  const command = `"${node}" -e "fs.copyFileSync('app/src/a.txt', 'app/dist/a.txt')"`;
  await project.write({
    'app/src/a.txt': 'one',
    'app/dist/index.html': '<h1>one</h1>',
    'app/reload.config.mjs': `
      import { defineConfig } from '@live-online/reload';
      const exec = [{ command: ${JSON.stringify(command)}, on: ['src/**'] }];
      export default defineConfig({ folder: 'dist', port: 0, log: 'json', exec });
    `,
  });
  const child = startBin(project, node, 'live-online-reload', ['--config', 'app/reload.config.mjs']);
  const { url, lines } = await listening(child);
  const succeeded = new Promise<void>((resolve) =>
    lines.on('line', (line) => {
      if (line.includes('"succeeded"')) resolve();
    }),
  );
  await project.write({ 'app/src/a.txt': 'two' });
  await succeeded;
  expect(await (await fetch(new URL('/a.txt', url))).text()).toBe('two');
  await ends(child);
}

/** Starts the reload tool with what it offers beside updates, and asks for each of it. */
export async function offersFromItsBin(project: Project, node: string): Promise<void> {
  await project.write({ 'shop/index.html': '<h1>shop</h1>', 'shop/package.json': '{ "name": "shop" }' });
  const backend = createServer((request, response) => response.end(`backend ${request.url}`)).listen(0);
  onTestFinished(() => void backend.close());
  await once(backend, 'listening');
  const api = `http://localhost:${(backend.address() as AddressInfo).port}`;
  const livereload = String(await freePort());
  const child = startBin(project, node, 'live-online-reload', [
    ...['shop', '--port', '0', '--log', 'json', '--sync', '--livereload', livereload, '--slow', '4g'],
    ...['--header', 'X-Shop: yes', '--route', `/api=${api}`],
  ]);
  const { url, livereloadUrl = '' } = await listening(child);
  const read = async (path: string, from = url): Promise<string> => {
    const response = await fetch(new URL(path, from));
    expect(response.status, path).toBe(200);
    return response.text();
  };
  expect((await fetch(url)).headers.get('x-shop')).toBe('yes');
  expect(await read('/api/cart')).toBe('backend /api/cart');
  expect(await read('/__live-online/status.json')).toContain('shop');
  expect(await read('/__live-online/client.js')).toContain('sync');
  expect(await read('/livereload.js', livereloadUrl)).toContain('livereload');
  await ends(child);
  for (const [args, output] of [
    [['shop', '--print-config'], /folder.*shop/],
    [['shop', '--doctor'], /watch/i],
    [['init'], /live-online-reload\.config/],
  ] as const) {
    const { stdout } = await promisify(execFile)(node, [binOf(project, 'live-online-reload'), ...args], {
      cwd: args[0] === 'init' ? join(project.folder, 'shop') : project.folder,
    });
    expect(stdout).toMatch(output);
  }
}

type Child = ChildProcessByStdio<null, Readable, null>;

function startBin(project: Project, node: string, name: string, args: string[]): Child {
  const child = spawn(node, [binOf(project, name), ...args], {
    cwd: project.folder,
    env: { ...process.env, XDG_CACHE_HOME: join(project.folder, 'cache') },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

const binOf = (project: Project, name: string): string => join(project.folder, 'node_modules', '.bin', name);

async function listening(child: Child) {
  const lines = createInterface(child.stdout);
  const [line] = (await once(lines, 'line')) as [string];
  const { event, ...where } = JSON.parse(line) as { event: string; url: string; livereloadUrl?: string };
  expect(event).toBe('listening');
  return { ...where, lines };
}

async function ends(child: Child): Promise<void> {
  child.kill('SIGTERM');
  const [code] = (await once(child, 'exit')) as [number];
  expect(code).toBe(0);
}
