import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { arch, platform } from 'node:os';
import { fileURLToPath } from 'node:url';
import { setTimeout as rest } from 'node:timers/promises';

const root = fileURLToPath(new URL('../..', import.meta.url));
const peersFolder = `${root}.cache/bench-peers`;
const ours = `${root}packages/reload/bin/live-online-reload.js`;
const recipe = fileURLToPath(new URL('./recipe.mjs', import.meta.url));
const peers = {
  'browser-sync': '3.0.4',
  'live-server': '1.2.2',
  'five-server': '0.4.5',
  '@11ty/eleventy-dev-server': '2.1.2',
  bun: '1.4.5',
};
/** The package of bun's executable for this machine. The one in `bun` exists only after an install script. */
const bun = `${peersFolder}/node_modules/@oven/bun-${platform()}-${arch() === 'arm64' ? 'aarch64' : arch()}/bin/bun`;

/**
 * The tools that are compared, and how each is started on a folder and a port.
 *
 * @type {readonly { name: string, command: (folder: string, port: number) => string[], peer?: boolean,
 *   executable?: string, saveOutput?: RegExp, debounceMs?: number }[]} `executable`: Node.js by default; `saveOutput`: matches
 *   what it prints after a save; `debounceMs`: it reports a save only after no file has changed for this long.
 */
export const sides = [
  {
    name: 'ours, in place',
    saveOutput: /→/,
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
    saveOutput: /page reload/,
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
    name: 'bun',
    peer: true,
    executable: bun,
    command: (_folder, port) => ['--hot', 'index.html', `--port=${port}`, '--hostname=127.0.0.1'],
  },
  {
    name: 'browser-sync',
    peer: true,
    saveOutput: /Reloading Browsers/,
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
    saveOutput: /Change detected/,
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
    saveOutput: /change detected/,
    // It resolves its argument against the folder in which it is started.
    command: (_folder, port) => [
      `${peersFolder}/node_modules/five-server/lib/bin.js`,
      '.',
      `--port=${port}`,
      '--open=false',
      '--host=127.0.0.1',
    ],
  },
  {
    name: 'eleventy-dev-server',
    peer: true,
    saveOutput: /File changed/,
    command: (folder, port) => [
      `${peersFolder}/node_modules/@11ty/eleventy-dev-server/cmd.js`,
      `--dir=${folder}`,
      `--port=${port}`,
    ],
  },
];

/** Ours as a reverse proxy. */
export function proxySide(target) {
  return {
    name: 'ours, as a reverse proxy',
    command: (folder, port) => [ours, '--proxy', target, '--watch', folder, '--port', `${port}`],
  };
}

/** Installs the other tools, apart from the repository's dependencies. */
export async function installPeers() {
  const manifest = JSON.stringify({ private: true, dependencies: peers });
  const installed = await readFile(`${peersFolder}/package.json`, 'utf8').catch(() => undefined);
  if (installed === manifest && existsSync(`${peersFolder}/node_modules/bun`)) return;
  await mkdir(peersFolder, { recursive: true });
  await writeFile(`${peersFolder}/package.json`, manifest);
  const child = spawn('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts'], {
    cwd: peersFolder,
    stdio: 'ignore',
  });
  await once(child, 'close');
}

/** A port that is not in use at the moment. */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/**
 * Starts a tool, and waits until it answers. `saveReported` resolves to the moment when it first prints that a file was
 * saved.
 *
 * @param {(typeof sides)[number]} side
 * @param {string} folder
 * @param {AbortSignal} signal
 */
export async function startSide(side, folder, signal, port) {
  port ??= await freePort();
  const command = side.command(folder, port);
  if (!existsSync(side.executable ?? command[0])) throw new Error('not installed');
  const startedAt = performance.now();
  const child = spawn(side.executable ?? process.execPath, command, {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, XDG_CACHE_HOME: `${folder}-cache`, NO_COLOR: '1' },
  });
  const saveReported = new Promise((resolve) =>
    child.stdout.on('data', (chunk) => {
      if (side.saveOutput?.test(String(chunk))) resolve(performance.now());
    }),
  );
  const end = async () => {
    signal.removeEventListener('abort', abort);
    if (child.exitCode !== null || child.signalCode !== null) return;
    const closed = once(child, 'close');
    child.kill('SIGTERM');
    const killTimer = setTimeout(() => child.kill('SIGKILL'), 2_000);
    await closed;
    clearTimeout(killTimer);
  };
  const abort = () => void end();
  signal.addEventListener('abort', abort, { once: true });
  const url = `http://localhost:${port}/`;
  for (;;) {
    signal.throwIfAborted();
    if (child.exitCode !== null) throw new Error(`ended with exit code ${child.exitCode}`);
    if (performance.now() - startedAt > 60_000) {
      await end();
      throw new Error('did not answer within a minute');
    }
    const answered = await fetch(url).then(
      ({ ok }) => ok,
      () => false,
    );
    if (answered) break;
    await rest(5);
  }
  return { url, port, pid: child.pid, startedAt, saveReported, end };
}
