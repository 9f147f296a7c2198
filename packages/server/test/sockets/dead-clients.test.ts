import { describe, expect, it, vi } from 'vitest';
import type { EngineName } from '../../src/io/transport.ts';
import { engines, startEngine } from '../helpers/engines.ts';
import { openPage } from '../helpers/page.ts';
import { openRawClient } from '../helpers/raw-client.ts';
import { startFreezableProxy } from '../helpers/freezable-proxy.ts';

const origin = 'https://a.example';

interface Client {
  engine: EngineName;
  /** How it joins. */
  options: { query?: string; join?: boolean };
}

const clients: Client[] = [
  ...engines.map((engine) => ({ engine, options: {} })),
  { engine: 'lean', options: { query: 'join=1&member=member-0000-0001', join: false } },
];

// All of them at once, because these tests mostly wait.
describe('clients that vanish', () => {
  it('[C8] a client that vanishes without a FIN leaves within 13 s', { timeout: 30_000 }, async () => {
    const vanish = async ({ engine, options }: Client): Promise<void> => {
      const { counter, port, url } = await startEngine(engine);
      const proxy = await startFreezableProxy(port);
      const watcher = openPage(url, { origin });
      await watcher.receives(1);
      await openRawClient(proxy.url, { origin, pongs: true, ...options });
      await watcher.receives(2);
      proxy.freeze();
      const isOver = (): void => expect(counter.total('a.example'), engine).toBe(1);
      await vi.waitFor(isOver, { timeout: 13_000, interval: 50 });
      await watcher.receives(1);
    };
    await Promise.all(clients.map(vanish));
  });

  it('[C8] one that answers pings stays', { timeout: 30_000 }, async () => {
    const stay = async (engine: EngineName): Promise<void> => {
      const { counter, url } = await startEngine(engine);
      const { received } = await openRawClient(url, { origin, pongs: true });
      const pings = (): string[] => received.filter((message) => message === '2');
      await vi.waitFor(() => expect(pings(), engine).toHaveLength(2), 20_000);
      expect(counter.total('a.example'), engine).toBe(1);
    };
    await Promise.all(engines.map(stay));
  });

  it('[C11] one that never joins, or is rejected, is closed', { timeout: 30_000 }, async () => {
    const expectToBeClosed = async (engine: EngineName): Promise<void> => {
      const { counter, url } = await startEngine(engine);
      const silent = await openRawClient(url, { join: false, pongs: true });
      const rejected = await openRawClient(url, { join: false, pongs: true });
      rejected.send('40{"v":2}');
      await rejected.receives(/^44/);
      await Promise.all([silent.closed(), rejected.closed()]);
      expect(counter.totals(), engine).toEqual(new Map());
    };
    await Promise.all(engines.map(expectToBeClosed));
  });
});
