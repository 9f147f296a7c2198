import { expect, it } from 'vitest';
import { inEachEngine } from '../helpers/engines.ts';
import { openRawClient } from '../helpers/raw-client.ts';

inEachEngine('a burst of 1000 joins', (startCounter) => {
  it('[C5] costs updates by ticks, not by joins, and all end with the same total', async () => {
    const { counter, url } = await startCounter();
    const startedAt = performance.now();
    const clients = await Promise.all(
      Array.from({ length: 1_000 }, () => openRawClient(url, { origin: 'https://a.example', pongs: true })),
    );
    await Promise.all(clients.map((client) => client.receives(/^42\["total",1000\]$/)));
    for (const { received } of clients) {
      expect(received.filter((message) => message.startsWith('42')).at(-1)).toBe('42["total",1000]');
    }
    const ticks = (performance.now() - startedAt) / 100;
    expect(counter.stats().updates).toBeLessThanOrEqual(ticks + 2);
  });
});
