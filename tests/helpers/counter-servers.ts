import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { showOutput } from './processes.ts';
import type { Address } from './wire-page.ts';

/** A counter server in its own process. */
export interface ServerProcess extends Address {
  readonly port: number;
  readonly pid: number;
  /** Resolves once the process has ended. */
  readonly ended: Promise<unknown>;
  /** Ends it as `kill -9` does. */
  kill(): Promise<void>;
  /** Sends SIGTERM, and waits until the process has ended. Returns how long that took, in ms. */
  end(): Promise<number>;
  /** Stops the process by SIGSTOP. */
  freeze(): void;
  thaw(): void;
  /** Memory that it holds, in MiB. */
  memory(): number;
}

export interface ServerOptions {
  name: string;
  /** What tests call it. @default its name */
  address?: string;
  redisUrl: string;
  /** The command line has no flag for it, so a script of the tests starts the server. */
  leaseMs?: number;
  drainDurationMs?: number;
  /** How many processes serve its port. @default one, without a primary process */
  workers?: number;
  port?: number;
  /** The URL of a module with `createCounterServer` and `redisStore` of another release. */
  module?: string;
  env?: Record<string, string>;
}

const script = fileURLToPath(new URL('serve-counter.mjs', import.meta.url));
const bin = fileURLToPath(new URL('../../packages/server/bin/live-online-server.js', import.meta.url));

/** The command for a server that logs in JSON that it listens, and drains at SIGTERM. */
function commandOf(options: ServerOptions): string[] {
  const { name, redisUrl, leaseMs, drainDurationMs, workers, port = 0, module } = options;
  if (leaseMs !== undefined || module !== undefined) {
    return [script, JSON.stringify({ port, redisUrl, module, drainDurationMs, store: { name, leaseMs } })];
  }
  const flags = { port, host: '127.0.0.1', log: 'json', 'redis-url': redisUrl, 'server-name': name };
  const all = Object.entries({
    ...flags,
    ...(drainDurationMs !== undefined && { 'drain-duration-ms': drainDurationMs }),
    ...(workers !== undefined && { workers }),
  });
  return [bin, ...all.map(([flag, value]) => `--${flag}=${value}`)];
}

export async function startServer(options: ServerOptions): Promise<ServerProcess> {
  const { name, address = name, env } = options;
  const child = spawn(process.execPath, commandOf(options), {
    env: { ...process.env, NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  showOutput(child);
  const ended = once(child, 'exit');
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  const url = await urlOf(child);
  return {
    name: address,
    url,
    port: Number(new URL(url).port),
    pid: child.pid!,
    ended,
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
    async end() {
      const startedAt = performance.now();
      child.kill('SIGTERM');
      await ended;
      return performance.now() - startedAt;
    },
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    memory() {
      const [, kib] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))!;
      return Number(kib) / 1024;
    },
  };
}

/** Servers that share a Redis. */
export async function startServers<Names extends string>(
  names: readonly Names[],
  options: Omit<ServerOptions, 'name'>,
): Promise<Record<Names, ServerProcess>> {
  const started = await Promise.all(
    names.map(async (name) => [name, await startServer({ ...options, name })] as const),
  );
  return Object.fromEntries(started) as Record<Names, ServerProcess>;
}

async function urlOf(child: ChildProcess): Promise<string> {
  const lines = createInterface(child.stdout!);
  for await (const line of lines) {
    const { event, url, message } = JSON.parse(line) as Record<string, string>;
    if (event === 'error') throw new Error(message);
    if (event !== 'listening') continue;
    child.stdout!.resume();
    return url!;
  }
  throw new Error('the server has ended before it listened');
}
