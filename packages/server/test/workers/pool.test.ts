import { kill } from 'node:process';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { CounterWorkers } from '@live-online/server';
import { openPage, type Page } from '../helpers/page.ts';
import { sendHttp } from '../helpers/send-http.ts';
import { upgradeWithoutHeaders } from '../helpers/upgrade.ts';
import { isRunning, openPagesAtEach, startWorkers } from '../helpers/workers.ts';

const patient = { timeout: 30_000, interval: 20 };

describe('several processes on one port', { timeout: 60_000 }, () => {
  let workers: CounterWorkers;
  let url: string;
  let close: () => Promise<void>;
  beforeAll(async () => {
    const options = { workers: 3, options: { maxPerSite: 6 } };
    ({ workers, url } = await startWorkers(options, (dispose) => (close = dispose)));
  }, 60_000);
  afterAll(() => close?.());

  /** Opens pages on a site, all at once. */
  const openPages = (site: string, count: number): Page[] =>
    Array.from({ length: count }, () => openPage(url, { origin: `https://${site}` }));
  const total = (site: string, expected: number): Promise<void> =>
    vi.waitFor(() => expect(workers.total(site)).toBe(expected), patient);
  const stay = (pages: Page[]): Page[] => pages.filter(({ socket }) => socket.connected);

  it('[S8] add up to one total, which the primary process knows as well', async () => {
    const published: unknown[] = [];
    onTestFinished(workers.on('total', (total) => void published.push(total)));
    const pages = openPages('sum.example', 6);
    await Promise.all(pages.map((page) => page.receives(6)));
    await total('sum.example', 6);
    expect(workers.totals()).toEqual(new Map([['sum.example', 6]]));
    await vi.waitFor(
      () => expect(published.at(-1)).toEqual({ site: 'sum.example', total: 6, stale: false }),
      patient,
    );
    await vi.waitFor(() => expect(workers.stats()).toMatchObject({ connections: 6 }), patient);
    pages[0]!.leave();
    await Promise.all(pages.slice(1).map((page) => page.receives(5)));
    await total('sum.example', 5);
  });

  it('[S8] add up pages and tabs, which the primary process knows as well', async () => {
    const open = (page: string): Page =>
      openPage(url, { origin: 'https://pages.example', auth: { page, tabs: 2 } });
    const pages = [open('/a'), open('/a'), open('/b')];
    await vi.waitFor(() => {
      expect(workers.count('pages.example')).toEqual({ people: 3, tabs: 6 });
      expect(workers.pages('pages.example').pages).toEqual(new Map(Object.entries({ '/a': 2, '/b': 1 })));
    }, patient);
    workers.watchAll()();
    for (const page of pages) page.leave();
    await vi.waitFor(() => expect(workers.pages('pages.example').pages.size).toBe(0), patient);
  });

  it('[C11] hold limits together, and report one once', async () => {
    const limits: unknown[] = [];
    onTestFinished(workers.on('limit', (limit) => void limits.push(limit)));
    const pages = openPages('full.example', 15);
    await total('full.example', 6);
    await vi.waitFor(() => expect(workers.stats().rejected).toEqual({ maxPerSite: 9 }), patient);
    expect(stay(pages)).toHaveLength(6);
    expect(limits).toEqual([{ limit: 'maxPerSite', address: undefined }]);
    stay(pages)[0]!.leave();
    await total('full.example', 5);
    // The place is free when the connection is closed, a moment after its member has left.
    await vi.waitFor(async () => {
      const [page] = openPages('full.example', 1);
      const rejected = page!.rejection().then((error) => Promise.reject(new Error(error.message)));
      await Promise.race([page!.receives(6), rejected]);
    }, patient);
  });

  it('[C10] report once that a proxy removes the headers of upgrades', async () => {
    const reported: unknown[] = [];
    onTestFinished(workers.on('proxy', (problem) => void reported.push(problem)));
    const { port } = new URL(url);
    for (let request = 0; request < 6; request++) await sendHttp(Number(port), upgradeWithoutHeaders());
    await vi.waitFor(() => expect(reported).toHaveLength(1), patient);
  });

  it('[S8] a worker that is killed is replaced, and its members and places are released at once', async () => {
    const lost: unknown[] = [];
    onTestFinished(workers.on('worker', (which) => void lost.push(which)));
    const pages = (await openPagesAtEach(url, 'https://killed.example', { workers: 3, each: 2 })).flat();
    await total('killed.example', 6);
    const [first] = workers.pids();
    kill(first!, 'SIGKILL');
    await total('killed.example', 4);
    const left = 4;
    await vi.waitFor(() => expect(stay(pages)).toEqual(pages.slice(2)), patient);
    await Promise.all(stay(pages).map((page) => page.receives(left)));
    expect(lost).toEqual([{ worker: 1, reason: 'a worker has ended: SIGKILL' }]);
    await vi.waitFor(() => expect(workers.pids()).toHaveLength(3), patient);
    expect(workers.pids()).not.toContain(first);
    const more = openPages('killed.example', 6);
    await total('killed.example', 6);
    await vi.waitFor(() => expect(stay(more)).toHaveLength(6 - left), patient);
  });

  it('[S8] close disconnects all members and leaves no process', async () => {
    const [page] = openPages('closed.example', 1);
    await page!.receives(1);
    const pids = workers.pids();
    expect(workers.close()).toBe(workers.close());
    await workers.close();
    expect(await page!.closed()).toBe('transport close');
    expect(pids.filter(isRunning)).toEqual([]);
    await expect(workers.listen().then(() => fetch(url))).rejects.toThrow();
  });
});
