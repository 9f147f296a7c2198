import { expect, it, onTestFinished, vi } from 'vitest';
import { redisStore } from '../../src/redis.ts';
import { createRedisBus } from '../../src/store/redis/redis-bus.ts';
import { startCounter } from '../helpers/counter.ts';
import { meshStore } from '../helpers/mesh.ts';
import { openPage } from '../helpers/page.ts';
import { startRedis } from '../helpers/redis.ts';

it('[S1] [SEC18] a server that reports wrong counts adds them in its own name only, until it is gone', async () => {
  const { url } = await startRedis();
  const prefix = 'live-online';
  const [a, b] = await Promise.all([1, 2].map(() => startCounter({ store: redisStore(url, { prefix }) })));
  const stranger = meshStore({ bus: createRedisBus(url, prefix), prefix, server: 'stranger' });
  onTestFinished(() => stranger.close());
  await stranger.open({ changed() {}, stale() {}, claimed() {} });
  const pages = [a!, b!].flatMap(({ url: at }) =>
    ['https://a.example', 'https://b.example'].map((origin) => openPage(at, { origin })),
  );
  const totals = (): unknown[] =>
    [a!, b!].map(({ counter }) => [counter.total('a.example'), counter.total('b.example')]);
  await vi.waitFor(() =>
    expect(totals()).toEqual([
      [2, 2],
      [2, 2],
    ]),
  );

  stranger.report('a.example', 1_000);
  await vi.waitFor(() =>
    expect(totals()).toEqual([
      [1_002, 2],
      [1_002, 2],
    ]),
  );
  // A negative one, and one that is no number, take nothing away from the others.
  for (const count of [-5, Number.NaN, 2 ** 60, 0.5]) stranger.report('b.example', count);
  pages[1]!.leave();
  await vi.waitFor(() => {
    for (const [, total] of totals() as [number, number][]) expect(total).toBeGreaterThanOrEqual(1);
  });
  await stranger.close();
  await vi.waitFor(() =>
    expect(totals()).toEqual([
      [2, 1],
      [2, 1],
    ]),
  );
});
