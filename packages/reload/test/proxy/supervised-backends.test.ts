import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { connectPage, makeFolder, startReload } from '../helpers/reload-server.ts';

/**
 * Serves the text of `app.txt` with one worker, as process managers do. A save starts another worker: `kill` ends the old one
 * first, `replace` builds first, and ends the old one when the new one accepts connections.
 */
const SUPERVISOR = `
const cluster = require('node:cluster');
const { readFileSync, watchFile } = require('node:fs');
if (cluster.isPrimary) {
  const isKilling = process.argv[2] === 'kill';
  let port = 0;
  const start = () => cluster.fork({ TEXT: readFileSync('app.txt', 'utf8'), PORT: port });
  let current = start();
  cluster.once('listening', (worker, address) => {
    // Workers share the port only if they ask for it in the same way.
    if (isKilling) port = address.port;
    process.send(address.port);
  });
  watchFile('app.txt', { interval: 20 }, () => {
    const old = current;
    if (isKilling) {
      setTimeout(() => old.process.kill('SIGKILL'), 1500);
      old.once('exit', () => setTimeout(start, 1000));
    } else setTimeout(() => {
      current = start();
      current.once('listening', () => old.process.kill('SIGTERM'));
    }, 500);
  });
  process.on('disconnect', () => process.exit());
} else require('node:http')
  .createServer((request, response) => response.end(process.env.TEXT))
  .listen(Number(process.env.PORT), '127.0.0.1');
`;

async function startSupervisor(folder: string, mode: string): Promise<string> {
  const child = spawn(process.execPath, ['supervisor.cjs', mode], {
    cwd: folder,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  onTestFinished(() => {
    if (child.connected) child.disconnect();
  });
  const [port] = (await once(child, 'message')) as [number];
  return `http://127.0.0.1:${port}`;
}

describe('a backend under a supervisor', () => {
  it.each([
    ['is killed 1.5 s after a save, and is up again 1 s later', 'kill'],
    ['is built after a save, and its new process takes the port before the old one ends', 'replace'],
  ])('[R1] %s: pages show the new version', async (_what, mode) => {
    const { folder, write } = makeFolder({ 'supervisor.cjs': SUPERVISOR, 'app.txt': 'one' });
    const proxy = await startSupervisor(folder, mode);
    const { url, port, indexed } = await startReload({}, { proxy, watch: [folder] });
    await indexed;
    let shown = '';
    let loads = 0;
    const load = async (): Promise<void> => {
      const count = ++loads;
      const text = await (await fetch(url)).text();
      if (count === loads) shown = text;
    };
    await load();
    const { socket, ok } = await connectPage(url, { origin: `http://127.0.0.1:${port}` });
    expect([ok, shown]).toEqual([true, 'one']);
    socket.on('update', () => void load());
    write('app.txt', 'two');
    await vi.waitFor(() => expect(shown).toBe('two'));
    expect(loads).toBeLessThanOrEqual(4);
  });
});
