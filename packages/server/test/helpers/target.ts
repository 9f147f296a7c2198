import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { CounterServerOptions, CounterStats } from '@live-online/server';
import { expect } from 'vitest';
import { openPage, type Page } from './page.ts';
import { childrenOf, isRunning } from './workers.ts';

/** How the attacked counter is run: on its own port, attached to Express, or as two workers. */
export type TargetKind = 'own' | 'express' | 'workers';

export interface TargetAnswer {
  totals: Record<string, number>;
  stats: CounterStats;
  memory: NodeJS.MemoryUsage;
  /** How many there are of each kind that `process.getActiveResourcesInfo()` names. */
  resources: Record<string, number>;
}

/** A counter in a process of its own, built as it is published, that is attacked. */
export interface Target {
  port: number;
  /** The path of its Socket.IO socket, with a slash at both ends. */
  socketPath: string;
  /** Opens a page of `origin`. */
  openPage(origin: string): Page;
  /** Its totals, statistics, memory and active resources (those of the primary), after a garbage collection. */
  ask(): Promise<TargetAnswer>;
  /** The memory of its largest process, and the descriptors of all, as the system counts them. */
  measure(): { mib: number; descriptors: number };
  /** Fails unless all its processes run. */
  expectToRun(): void;
  /** Fails unless all its processes run, and a client of a new site receives its total within half a second. */
  expectToServe(): Promise<void>;
  close(): Promise<void>;
}

const script = fileURLToPath(new URL('target-server.mjs', import.meta.url));

/** @param redis the URL of a Redis over which it adds up. */
export async function startTarget(
  kind: TargetKind,
  options: CounterServerOptions = {},
  redis?: string,
): Promise<Target> {
  const child = fork(script, [JSON.stringify({ kind, options, redis })], {
    execArgv: ['--expose-gc', '--max-old-space-size=256'],
  });
  const [{ url }] = (await once(child, 'message')) as [{ url: string }];
  const { port, origin: base, pathname } = new URL(url);
  const socketPath = `${pathname}socket.io/`;
  const openTargetPage = (origin: string): Page => openPage(base, { origin, path: socketPath });
  const processes = [child.pid!, ...childrenOf(child.pid!)];
  let newClients = 0;
  const expectToRun = (): void => expect(processes.filter(isRunning)).toEqual(processes);
  return {
    port: Number(port),
    socketPath,
    openPage: openTargetPage,
    async ask() {
      child.send('ask');
      const [answer] = (await once(child, 'message')) as [TargetAnswer];
      return answer;
    },
    measure() {
      const measured = { mib: 0, descriptors: 0 };
      for (const pid of processes) {
        const [, kib] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))!;
        measured.mib = Math.max(measured.mib, Number(kib) / 1024);
        measured.descriptors += readdirSync(`/proc/${pid}/fd`).length;
      }
      return measured;
    },
    expectToRun,
    async expectToServe() {
      expectToRun();
      // Tests share their machine: a server that does not serve fails each try.
      const tries: number[] = [];
      while (tries.length < 3 && !(tries.at(-1)! < 500)) {
        const startedAt = performance.now();
        const page = openTargetPage(`https://new-${++newClients}.example`);
        await page.receives(1);
        tries.push(performance.now() - startedAt);
        page.leave();
      }
      expect(Math.min(...tries), 'ms until a new client has its total').toBeLessThan(500);
    },
    async close() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}
