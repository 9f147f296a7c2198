import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { io } from 'socket.io-client';
import { expect, onTestFinished } from 'vitest';
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

type Child = ChildProcessByStdio<null, Readable, null>;

function startBin(project: Project, node: string, name: string, args: string[]): Child {
  const bin = join(project.folder, 'node_modules', '.bin', name);
  const child = spawn(node, [bin, ...args], {
    cwd: project.folder,
    env: { ...process.env, XDG_CACHE_HOME: join(project.folder, 'cache') },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

async function listening(child: Child) {
  const lines = createInterface(child.stdout);
  const [line] = (await once(lines, 'line')) as [string];
  const { event, url } = JSON.parse(line) as { event: string; url: string };
  expect(event).toBe('listening');
  return { url, lines };
}

async function ends(child: Child): Promise<void> {
  child.kill('SIGTERM');
  const [code] = (await once(child, 'exit')) as [number];
  expect(code).toBe(0);
}
