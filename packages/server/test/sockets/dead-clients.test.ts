import { describe, expect, it, vi } from 'vitest';
import type { EngineName } from '../../src/io/transport.ts';
import { engines, startEngine } from '../helpers/engines.ts';
import { openPage } from '../helpers/page.ts';
import { openRawClient } from '../helpers/raw-client.ts';
import { startFreezableProxy } from '../helpers/freezable-proxy.ts';

/** Runs a test for all engines at once: these tests mostly wait. */
async function forEachEngine(test: (engine: EngineName) => Promise<void>): Promise<void> {
  await Promise.all(engines.map(test));
}

describe('clients that vanish', () => {
  it('[C8] a client that vanishes without a FIN leaves within 13 s', { timeout: 30_000 }, () =>
    forEachEngine(async (engine) => {
      const { counter, port, url } = await startEngine(engine);
      const proxy = await startFreezableProxy(port);
      const watcher = openPage(url, { origin: 'https://a.example' });
      await watcher.receives(1);
      await openRawClient(proxy.url, { origin: 'https://a.example', pongs: true });
      await watcher.receives(2);
      proxy.freeze();
      await vi.waitFor(() => expect(counter.total('a.example'), engine).toBe(1), {
        timeout: 13_000,
        interval: 50,
      });
      await watcher.receives(1);
    }),
  );

  it('[C8] one that answers pings stays', { timeout: 30_000 }, () =>
    forEachEngine(async (engine) => {
      const { counter, url } = await startEngine(engine);
      const client = await openRawClient(url, { origin: 'https://a.example', pongs: true });
      await vi.waitFor(
        () =>
          expect(
            client.received.filter((message) => message === '2'),
            engine,
          ).toHaveLength(2),
        20_000,
      );
      expect(counter.total('a.example'), engine).toBe(1);
    }),
  );

  it('[C11] a connection that never joins is closed', { timeout: 30_000 }, () =>
    forEachEngine(async (engine) => {
      const { counter, url } = await startEngine(engine);
      const client = await openRawClient(url, { join: false, pongs: true });
      await client.closed();
      expect(counter.totals(), engine).toEqual(new Map());
    }),
  );
});
