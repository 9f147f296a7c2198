import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { kill } from 'node:process';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { childrenOf, isRunning, openPagesAtEach } from '../helpers/workers.ts';

const bin = fileURLToPath(new URL('../../bin/live-online-server.js', import.meta.url));
const patient = { timeout: 30_000, interval: 20 };

async function run(...args: string[]) {
  const all = ['--workers', '2', '--port', '0', '--host', '127.0.0.1', '--log', 'json', ...args];
  // A group of its own, as a terminal makes one.
  const child = spawn(process.execPath, [bin, ...all], { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const pid = child.pid!;
  let workers: number[] = [];
  onTestFinished(() => {
    for (const one of [pid, ...workers].filter(isRunning)) kill(one, 'SIGKILL');
  });
  const events: Record<string, unknown>[] = [];
  createInterface(child.stdout).on('line', (line) =>
    events.push(JSON.parse(line) as Record<string, unknown>),
  );
  const errors = text(child.stderr);
  const ended = once(child, 'close').then(([code]) => code as number | null);
  const logs = (event: object): Promise<void> =>
    vi.waitFor(() => expect(events).toContainEqual(expect.objectContaining(event)), patient);
  await logs({ event: 'listening' });
  workers = childrenOf(pid);
  expect(workers).toHaveLength(2);
  const url = events[0]!['url'] as string;
  const noneRuns = (): Promise<void> =>
    vi.waitFor(() => expect(workers.filter(isRunning)).toEqual([]), patient);
  return { pid, workers, events, errors, ended, logs, url, noneRuns };
}

describe('live-online-server --workers', { timeout: 60_000 }, () => {
  it('[S8] logs what one process logs, and workers that end; Ctrl+C ends all in order', async () => {
    const { pid, workers, events, errors, ended, logs, url, noneRuns } = await run();
    const pages = await openPagesAtEach(url, 'https://a.example', { workers: 2, each: 1 });
    await Promise.all(pages.flat().map((page) => page.receives(2)));
    await logs({ event: 'total', site: 'a.example', total: 2 });
    kill(workers[0]!, 'SIGKILL');
    await logs({
      event: 'warning',
      message: 'worker 1: a worker has ended: SIGKILL; another worker replaces it',
    });
    await logs({ event: 'total', site: 'a.example', total: 1 });
    kill(-pid, 'SIGINT');
    expect(await ended).toBe(0);
    await noneRuns();
    expect(events.slice(-2)).toEqual([{ event: 'closing' }, { event: 'closed' }]);
    expect(await errors).toBe('');
  });

  it('[S8] a second signal ends it at once, with a worker that is stopped', async () => {
    const { pid, workers, ended, logs, noneRuns } = await run();
    kill(workers[0]!, 'SIGSTOP');
    kill(pid, 'SIGTERM');
    await logs({ event: 'closing' });
    kill(pid, 'SIGTERM');
    expect(await ended).toBe(0);
    await noneRuns();
  });

  it('[S8] workers end by themselves when their primary process is killed', async () => {
    const { pid, noneRuns } = await run();
    kill(pid, 'SIGKILL');
    await noneRuns();
  });
});
