import { describe, expect, it } from 'vitest';
import { startCounter } from '../helpers/counter.ts';
import { openRawClient } from '../helpers/raw-client.ts';

describe('a burst of 1000 arrivals', () => {
  it('[C5] costs announcements by ticks, not by arrivals, and everybody ends with the same total', async () => {
    const { counter, url } = await startCounter();
    const startedAt = performance.now();
    const clients = await Promise.all(
      Array.from({ length: 1_000 }, () => openRawClient(url, { origin: 'https://a.example', pongs: true })),
    );
    await Promise.all(clients.map((client) => client.hears(/^42\["total",1000\]$/)));
    for (const { heard } of clients) {
      expect(heard.filter((message) => message.startsWith('42')).at(-1)).toBe('42["total",1000]');
    }
    const ticks = (performance.now() - startedAt) / 100;
    expect(counter.stats().updates).toBeLessThanOrEqual(ticks + 2);
  });
});
