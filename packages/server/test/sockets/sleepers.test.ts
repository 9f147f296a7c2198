import { fork } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { expect, it, onTestFinished, vi } from 'vitest';
import type { EngineName } from '../../src/io/transport.ts';
import { engines } from '../helpers/engines.ts';
import { openPage } from '../helpers/page.ts';
import { openRawClient } from '../helpers/raw-client.ts';

/** Runs a server that loses its pages after 1.2 s in a process of its own: only that can be stopped as a whole. */
async function startSleeper(engine: EngineName) {
  const outfile = fileURLToPath(new URL(`../.sleeper-${process.pid}.mjs`, import.meta.url));
  await build({
    entryPoints: [fileURLToPath(new URL('../helpers/sleeper.ts', import.meta.url))],
    outfile,
    bundle: true,
    packages: 'external',
    alias: { '@live-online/internal': fileURLToPath(new URL('../../../internal/src', import.meta.url)) },
    platform: 'node',
    format: 'esm',
  });
  const child = fork(outfile, [engine]);
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await rm(outfile);
  });
  const [url] = (await once(child, 'message')) as [string];
  return { child, url };
}

it.each(engines)(
  '[C8] a process that has slept closes its lost connections before it sends anything: %s',
  async (engine) => {
    const { child, url } = await startSleeper(engine);
    const origin = 'https://a.example';
    // It answers nothing, and would look alive for as long as a ping takes.
    const lost = await openRawClient(url, { origin });
    child.kill('SIGSTOP');
    const stoppedAt = performance.now();
    // Its handshake waits when the process wakes.
    const page = openPage(url, { origin });
    await vi.waitFor(() => expect(performance.now() - stoppedAt).toBeGreaterThan(1_300), 5_000);
    child.kill('SIGCONT');
    await lost.closed();
    await page.receives(1);
    expect(page.totals).toEqual([1]);
  },
);
