import { expect, it, vi } from 'vitest';
import { redisStore } from '../../src/redis.ts';
import { startCounter } from '../helpers/counter.ts';
import { openPage } from '../helpers/page.ts';
import { startRedis } from '../helpers/redis.ts';

const SITE = 'a.example';
const origin = `https://${SITE}`;

it('[C2] two servers over Redis add up pages and tabs, and a member that moves between them counts once', async () => {
  const { url } = await startRedis();
  const [a, b, watching] = await Promise.all([1, 2, 3].map(() => startCounter({ store: redisStore(url) })));
  const stop = watching!.counter.watchAll();
  const visit = (port: string, auth: object) => {
    const page = openPage(port, { origin, auth });
    const counts: number[] = [];
    let token: string | undefined;
    page.socket.on('page', (count) => counts.push(count));
    page.socket.on('total', (_total, details) => (token ??= details?.resume));
    return { ...page, counts, token: () => token };
  };
  const one = visit(a!.url, { member: 'member-1', page: '/blog', tabs: 2 });
  const two = visit(b!.url, { member: 'member-2', page: '/blog/' });
  await vi.waitFor(() => expect([one.counts.at(-1), two.counts.at(-1)]).toEqual([2, 2]), 5_000);
  two.socket.emit('page', '/');
  const expected = { count: { people: 2, tabs: 3 }, pages: { '/blog': 1, '/': 1 } };
  const read = ({ counter }: typeof a & {}) => ({
    count: counter.count(SITE),
    pages: Object.fromEntries(counter.pages(SITE).pages),
  });
  for (const server of [a!, b!, watching!]) {
    await vi.waitFor(() => expect(read(server)).toEqual(expected), 5_000);
  }
  const moved = visit(b!.url, { member: 'member-1', page: '/blog', tabs: 2, resume: one.token() });
  await one.closed();
  await vi.waitFor(() => expect(read(a!)).toEqual(expected), 5_000);
  await vi.waitFor(() => expect(read(b!)).toEqual(expected), 5_000);
  // At first it is the highest count of the last second.
  await vi.waitFor(() => expect(moved.counts.at(-1)).toBe(1), 5_000);
  expect(moved.totals.every((total) => total === 2)).toBe(true);
  stop();
});
