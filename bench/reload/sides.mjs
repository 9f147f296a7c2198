import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { setTimeout as rest } from 'node:timers/promises';

const root = fileURLToPath(new URL('../..', import.meta.url));
const peersFolder = `${root}.cache/bench-peers`;
const ours = `${root}packages/reload/bin/live-online-reload.js`;
const recipe = fileURLToPath(new URL('./recipe.mjs', import.meta.url));
const peers = { 'browser-sync': '3.0.4', 'live-server': '1.2.2', 'five-server': '0.4.5' };

/**
 * What is measured side by side: how each is started on a folder and a port.
 *
 * @type {readonly { name: string, command: (folder: string, port: number) => string[], peer?: boolean,
 *   says?: RegExp, debounceMs?: number }[]} `says`: what it prints of a save; `debounceMs`: it tells of nothing until no
 *   file has changed for so long.
 */
export const sides = [
  {
    name: 'ours, in place',
    says: /→/,
    command: (folder, port) => [ours, folder, '--port', `${port}`, '--strict-port'],
  },
  {
    name: 'ours, by reload',
    command: (folder, port) => [ours, folder, '--port', `${port}`, '--strict-port', '--reload-only'],
  },
  { name: 'recipe', command: (folder, port) => [recipe, folder, `${port}`] },
  {
    name: 'vite',
    peer: true,
    says: /page reload/,
    command: (folder, port) => [
      `${root}node_modules/vite/bin/vite.js`,
      folder,
      '--port',
      `${port}`,
      '--strictPort',
      '--host',
      '127.0.0.1',
    ],
  },
  {
    name: 'browser-sync',
    peer: true,
    says: /Reloading Browsers/,
    debounceMs: 500,
    command: (folder, port) => [
      `${peersFolder}/node_modules/browser-sync/dist/bin.js`,
      'start',
      '--server',
      folder,
      '--files',
      `${folder}/**`,
      '--port',
      `${port}`,
      '--no-open',
      '--no-ui',
    ],
  },
  {
    name: 'live-server',
    peer: true,
    says: /Change detected/,
    command: (folder, port) => [
      `${peersFolder}/node_modules/live-server/live-server.js`,
      folder,
      `--port=${port}`,
      '--no-browser',
      '--host=127.0.0.1',
    ],
  },
  {
    name: 'five-server',
    peer: true,
    says: /change detected/,
    // It takes whatever it is given for a folder of the one that it is started in.
    command: (_folder, port) => [
      `${peersFolder}/node_modules/five-server/lib/bin.js`,
      '.',
      `--port=${port}`,
      '--open=false',
      '--host=127.0.0.1',
    ],
  },
];

/** Ours in front of a backend. */
export function proxySide(target) {
  return {
    name: 'ours, in front of a backend',
    command: (folder, port) => [ours, '--proxy', target, '--watch', folder, '--port', `${port}`],
  };
}

/** Installs the peers that are not there yet, beside the repository's own dependencies. */
export async function installPeers() {
  if (existsSync(`${peersFolder}/node_modules/five-server`)) return;
  await mkdir(peersFolder, { recursive: true });
  await writeFile(`${peersFolder}/package.json`, JSON.stringify({ private: true, dependencies: peers }));
  const child = spawn('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts'], {
    cwd: peersFolder,
    stdio: 'ignore',
  });
  await once(child, 'close');
}

/** A port that nobody listens on at the moment. */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/**
 * Starts a side, and waits until it answers. `said` resolves to the moment when it first prints that it has seen a save.
 *
 * @param {(typeof sides)[number]} side
 * @param {string} folder
 * @param {AbortSignal} signal
 */
export async function startSide(side, folder, signal, port) {
  port ??= await freePort();
  const [script, ...args] = side.command(folder, port);
  if (!existsSync(script)) throw new Error('it is not installed');
  const startedAt = performance.now();
  const child = spawn(process.execPath, [script, ...args], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, XDG_CACHE_HOME: `${folder}-cache`, NO_COLOR: '1' },
  });
  const said = new Promise((resolve) =>
    child.stdout.on('data', (chunk) => {
      if (side.says?.test(String(chunk))) resolve(performance.now());
    }),
  );
  const end = async () => {
    signal.removeEventListener('abort', abort);
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'close');
    child.kill('SIGTERM');
    const insist = setTimeout(() => child.kill('SIGKILL'), 2_000);
    await gone;
    clearTimeout(insist);
  };
  const abort = () => void end();
  signal.addEventListener('abort', abort, { once: true });
  const url = `http://localhost:${port}/`;
  for (;;) {
    signal.throwIfAborted();
    if (child.exitCode !== null) throw new Error(`it ended with exit code ${child.exitCode}`);
    if (performance.now() - startedAt > 60_000) {
      await end();
      throw new Error('it did not answer within a minute');
    }
    const answered = await fetch(url).then(
      ({ ok }) => ok,
      () => false,
    );
    if (answered) break;
    await rest(5);
  }
  return { url, port, pid: child.pid, startedAt, said, end };
}
