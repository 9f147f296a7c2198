import { expect, it, vi } from 'vitest';
import type { CounterServerEvents } from '@live-online/protocol';
import { inEachEngine, type StartedCounter } from '../helpers/engines.ts';
import { createFakeStore } from '../helpers/fake-store.ts';
import { openPage, type Page, type PageOptions } from '../helpers/page.ts';
import { openRawClient } from '../helpers/raw-client.ts';

const SITE = 'a.example';
const origin = `https://${SITE}`;

interface Visitor extends Page {
  /** The counts of pages that it has received, oldest first. */
  counts: Parameters<CounterServerEvents['page']>[];
}

function visit(url: string, auth: PageOptions['auth'] = {}): Visitor {
  const page = openPage(url, { origin, auth });
  const counts: Visitor['counts'] = [];
  page.socket.on('page', (...count) => counts.push(count));
  return { ...page, counts };
}

const pagesOf = ({ counter }: Pick<StartedCounter, 'counter'>): Record<string, number> =>
  Object.fromEntries(counter.pages(SITE).pages);

inEachEngine('pages and tabs', (startCounter, engine) => {
  it('[C2] a client with a page receives its count behind the first total, and at each change', async () => {
    const started = await startCounter();
    const first = visit(started.url, { page: '/blog/index.html?a#b' });
    await vi.waitFor(() => expect(first.counts).toEqual([[1]]));
    expect(first.totals).toEqual([1]);
    const second = visit(started.url, { page: '/blog' });
    await vi.waitFor(() => expect([first.counts.at(-1), second.counts]).toEqual([[2], [[2]]]));
    const third = visit(started.url, { page: '/' });
    await vi.waitFor(() => expect(third.counts).toEqual([[1]]));
    await first.receives(3);
    expect(pagesOf(started)).toEqual({ '/blog': 2, '/': 1 });
    second.leave();
    await vi.waitFor(() => expect(first.counts.at(-1)).toEqual([1]), { timeout: 3_000 });
  });

  it('[C2] a client without a page receives no counts of pages', async () => {
    const { url } = await startCounter();
    const [without, other] = [visit(url), visit(url, { page: '/' })];
    await vi.waitFor(() => expect(other.counts).toEqual([[1]]));
    await without.receives(2);
    expect(without.counts).toEqual([]);
  });

  it('[C2] the event page moves a member, also one without a page', async () => {
    const started = await startCounter();
    const [one, two] = [visit(started.url), visit(started.url, { page: '/a' })];
    await vi.waitFor(() => expect(two.counts).toEqual([[1]]));
    await one.receives(2);
    one.socket.emit('page', '/a/');
    await vi.waitFor(() => expect([one.counts, two.counts.at(-1)]).toEqual([[[2]], [2]]));
    one.socket.emit('page', '/b');
    await vi.waitFor(() => expect(one.counts).toEqual([[2], [1]]));
    expect(pagesOf(started)).toEqual({ '/a': 1, '/b': 1 });
    await vi.waitFor(() => expect(two.counts.at(-1)).toEqual([1]), { timeout: 3_000 });
    expect(new Set([...one.totals, ...two.totals])).toEqual(new Set([1, 2]));
    expect(started.counter.stats().ignoredEvents).toBe(0);
  });

  it('[C2] members have tabs, by handshake and by the event tabs', async () => {
    const started = await startCounter();
    const one = visit(started.url, { tabs: 3 });
    await one.receives(1);
    expect(started.counter.count(SITE)).toEqual({ people: 1, tabs: 3 });
    const two = visit(started.url);
    await two.receives(2);
    two.socket.emit('tabs', 2);
    await vi.waitFor(() => expect(started.counter.count(SITE)).toEqual({ people: 2, tabs: 5 }));
    one.leave();
    await vi.waitFor(() => expect(started.counter.count(SITE)).toEqual({ people: 1, tabs: 2 }));
    expect([...started.counter.totals()]).toEqual([[SITE, 1]]);
  });

  it('[C11] other events, and invalid pages and tabs, are ignored and counted', async () => {
    const started = await startCounter();
    const client = await openRawClient(started.url, { origin });
    const events: unknown[][] = [['page'], ['page', 5], ['page', 'blog'], ['page', ''], ['tabs', 0]];
    events.push(['tabs', '2'], ['tabs', 1_001], ['tabs'], ['total', 5], ['constructor', '/a']);
    for (const event of events) client.send(`42${JSON.stringify(event)}`);
    await vi.waitFor(() => expect(started.counter.stats().ignoredEvents).toBe(events.length));
    expect([started.counter.count(SITE), pagesOf(started)]).toEqual([{ people: 1, tabs: 1 }, {}]);
    // Those of the protocol do not count, with arguments and acknowledgements that the server does not know as well.
    client.send('42["page","/a",{"more":1}]');
    client.send('427["tabs",2]');
    await vi.waitFor(() => expect(started.counter.count(SITE)).toEqual({ people: 1, tabs: 2 }));
    expect(pagesOf(started)).toEqual({ '/a': 1 });
    expect(started.counter.stats().ignoredEvents).toBe(events.length);
  });

  it('[C11] a handshake with an invalid page or invalid tabs is rejected', async () => {
    const { url } = await startCounter();
    for (const auth of [{ page: 'blog' }, { page: 5 }, { tabs: 0 }, { tabs: '2' }]) {
      const { data } = await visit(url, auth).rejection();
      expect(data).toEqual({ code: 'handshake-invalid' });
    }
  });

  it('[C9] counts of pages are stale as totals are', async () => {
    const store = createFakeStore('here');
    const { url } = await startCounter({ store });
    const page = visit(url, { page: '/a' });
    await vi.waitFor(() => expect(page.counts).toEqual([[1]]));
    store.setOthers(`${SITE}/a`, 4);
    await vi.waitFor(() => expect(page.counts.at(-1)).toEqual([5]));
    store.listener.stale(true);
    await vi.waitFor(() => expect(page.counts.at(-1)).toEqual([5, { stale: true }]));
    expect(page.totals).toEqual([1, 1]);
  });

  it('[C7] a client that connects again is on its new page alone', async () => {
    const started = await startCounter();
    const older = visit(started.url, { member: 'member-1', page: '/a', tabs: 2 });
    await vi.waitFor(() => expect(older.counts).toEqual([[1]]));
    const newer = visit(started.url, { member: 'member-1', page: '/b' });
    await vi.waitFor(() => expect(newer.counts).toEqual([[1]]));
    await older.closed();
    expect([started.counter.count(SITE), pagesOf(started)]).toEqual([{ people: 1, tabs: 1 }, { '/b': 1 }]);
  });

  it.runIf(engine === 'lean')('[C3] total and count of the page leave in one write', async () => {
    const { url } = await startCounter();
    const client = await openRawClient(url, { origin, join: false });
    const chunks: string[] = [];
    (client.ws as unknown as { _socket: NodeJS.ReadableStream })._socket.on('data', (chunk: Buffer) =>
      chunks.push(chunk.toString('latin1')),
    );
    client.send('40{"page":"/a"}');
    await client.receives(/"page"/);
    expect(chunks).toHaveLength(1);
    expect(client.received.slice(-2)).toEqual(['42["total",1]', '42["page",1]']);
  });

  it.runIf(engine === 'lean')(
    '[C3] a client that is joined at once has a page and tabs in its query',
    async () => {
      const started = await startCounter();
      for (const query of [
        'member=member-1&page=%2Fa%252Fb&tabs=2',
        'tabs=2&page=/a%252Fb&member=member-1',
      ]) {
        const client = await openRawClient(started.url, { origin, query: `join=1&${query}`, join: false });
        await client.receives(/^42\["page",1\]/);
        expect(started.counter.count(SITE)).toEqual({ people: 1, tabs: 2 });
        expect(pagesOf(started)).toEqual({ '/a%2Fb': 1 });
      }
    },
  );
});
