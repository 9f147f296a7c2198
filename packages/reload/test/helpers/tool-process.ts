import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { makeFolder } from './reload-server.ts';

const bin = fileURLToPath(new URL('../../bin/live-online-reload.js', import.meta.url));

/** The built tool in its own process, whose memory and descriptors can be read. */
export async function startTool(...args: string[]) {
  const cache = makeFolder().folder;
  const child = spawn(process.execPath, [bin, ...args, '--port', '0', '--log', 'json'], {
    env: { ...process.env, XDG_CACHE_HOME: cache },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await once(child, 'exit');
  });
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  const { url } = JSON.parse(line) as { url: string };
  return {
    url,
    port: Number(new URL(url).port),
    measure() {
      const [, kib] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))!;
      return { mib: Number(kib) / 1024, descriptors: readdirSync(`/proc/${child.pid}/fd`).length };
    },
  };
}
