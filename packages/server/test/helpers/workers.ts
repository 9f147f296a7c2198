import { readFileSync } from 'node:fs';
import { createCounterWorkers, type CounterWorkers, type CounterWorkersOptions } from '@live-online/server';
import { onTestFinished } from 'vitest';

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
