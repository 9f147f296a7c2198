import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createCounterWorkers, type CounterWorkers, type CounterWorkersOptions } from '@live-online/server';
import { onTestFinished } from 'vitest';
import { parseResumeToken } from '../../src/core/resume-token.ts';
import { openPage, type Page } from './page.ts';

/** Workers on a free loopback port, as they are installed: their processes run the built package. */
export async function startWorkers(
  options: CounterWorkersOptions = {},
  finished: (close: () => Promise<void>) => void = onTestFinished,
): Promise<{ workers: CounterWorkers; url: string; port: number }> {
  const workers: CounterWorkers = createCounterWorkers({
    ...options,
    options: { host: '127.0.0.1', port: 0, ...options.options },
  });
  finished(() => workers.close());
  const { url, port } = await workers.listen();
  return { workers, url, port };
}

/**
 * Opens pages until each worker has `each` of them. Which worker accepts a connection is up to the system, so pages that
 * come to a worker with enough of them leave again.
 *
 * @returns the pages by worker, in the order of `pids()`.
 */
export async function openPagesAtEach(
  url: string,
  origin: string,
  { workers, each }: { workers: number; each: number },
): Promise<Page[][]> {
  const pages: Page[][] = Array.from({ length: workers }, () => []);
  while (pages.some(({ length }) => length < each)) {
    // Only a member with an id receives a resume token, which names the worker.
    const page = openPage(url, { origin, auth: { v: 1, member: randomUUID() } });
    const number = await Promise.race([workerOf(page), page.rejection().then(() => undefined)]);
    // It is rejected if the place of one that has left is not free yet.
    if (number === undefined) continue;
    const here = pages[number - 1]!;
    if (here.length < each) here.push(page);
    else page.leave();
  }
  return pages;
}

/** The number of the worker that a page is connected to. */
function workerOf({ socket }: Page): Promise<number> {
  return new Promise((resolve) => {
    socket.on('total', (_total, details) => {
      const server = parseResumeToken(details?.resume)?.server;
      const number = /(?:^|-)w(\d+)-/.exec(server ?? '')?.[1];
      if (number !== undefined) resolve(Number(number));
    });
  });
}

/** The processes that a process has started, and that are there still. */
export function childrenOf(pid: number): number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return text.split(' ').filter(Boolean).map(Number);
}

export function isRunning(pid: number): boolean {
  try {
    // A process that has ended is a zombie until its parent waits for it.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
