import { expect, it, vi } from 'vitest';
import type { TotalDetails } from '@live-online/protocol';
import type { CounterServerOptions } from '../../src/index.ts';
import type { EngineName } from '../../src/io/transport.ts';
import { inEachEngine, startEngine } from '../helpers/engines.ts';
import { createFakeStore } from '../helpers/fake-store.ts';
import { openPage, type Page } from '../helpers/page.ts';
import { openRawClient } from '../helpers/raw-client.ts';

const MEMBER = 'member-of-the-test';
const SITE = 'a.example';

async function startSharedEngine(engine: EngineName, options: CounterServerOptions = {}) {
  const store = createFakeStore('this-server');
  const { counter, url } = await startEngine(engine, { store, ...options });
  const open = (resume?: string, member: string | undefined = MEMBER): Page & { details: TotalDetails[] } => {
    const auth = { v: 1, ...(member !== undefined && { member }), ...(resume !== undefined && { resume }) };
    const page = openPage(url, { origin: `https://${SITE}`, auth });
    const details: TotalDetails[] = [];
    page.socket.on('total', (_total, detail = {}) => details.push(detail));
    return { ...page, details };
  };
  return { store, counter, url, open };
}

inEachEngine('migration between servers', (_startCounter, engine) => {
  const startShared = (options?: CounterServerOptions) => startSharedEngine(engine, options);

  it('[C7] the first total of a page has a resume token, and no other', async () => {
    const { store, open } = await startShared();
    const page = open();
    await page.receives(1);
    store.setOthers(SITE, 4);
    await page.receives(5);
    expect(page.details).toEqual([{ resume: 'this-server.1' }, {}]);
    expect(store.calls).toEqual([['report', SITE, 1]]);
  });

  it('[C3] the first total leaves in one write with the CONNECT answer', async () => {
    const { url } = await startShared();
    const client = await openRawClient(url, { join: false });
    const chunks: string[] = [];
    // The client splits the frames; one layer below shows what came in one chunk.
    (client.ws as unknown as { _socket: NodeJS.ReadableStream })._socket.on('data', (chunk: Buffer) =>
      chunks.push(chunk.toString('latin1')),
    );
    client.send(`40{"member":"${MEMBER}","resume":"${'s'.repeat(47)}.999999999"}`);
    await client.receives(/this-server\.1000000000/);
    expect(chunks.find((chunk) => chunk.includes('this-server'))).toContain('40{"sid"');
  });

  it('[C7] a page that was on another server is claimed before it is counted', async () => {
    const { store, open } = await startShared();
    const page = open('other-server.3');
    await page.receives(1);
    expect(page.details).toEqual([{ resume: 'this-server.4' }]);
    expect(store.calls).toEqual([
      ['claim', SITE, MEMBER, { server: 'other-server', connectionNumber: 4 }],
      ['report', SITE, 1],
    ]);
  });

  it('[C7] a made-up token, this server’s own token, and a page without a member id move no member', async () => {
    const { store, open } = await startShared();
    const pages = [open('nonsense', 'member-one'), open('this-server.1', 'member-two')];
    // The first may have received an update about the second meanwhile.
    await Promise.all(pages.map((page) => vi.waitFor(() => expect(page.details).not.toEqual([]))));
    const nameless = openPage((await startShared()).url, { auth: { resume: 'other-server.1' } });
    await nameless.receives(1);
    expect(store.calls.filter(([kind]) => kind === 'claim')).toEqual([]);
  });

  it('[C7] a member that another server has claimed is closed here at once', async () => {
    const { store, counter, open } = await startShared();
    const page = open();
    await page.receives(1);
    store.listener.claimed(SITE, MEMBER, 2);
    expect(counter.total(SITE)).toBe(0);
    expect(await page.closed()).toBe('io server disconnect');
    expect(store.calls.at(-1)).toEqual(['report', SITE, 0]);
  });

  it('[C7] a member that has come back since is not closed', async () => {
    const { store, counter, open } = await startShared();
    const page = open('other-server.1');
    await page.receives(1);
    store.listener.claimed(SITE, MEMBER, 2);
    store.listener.claimed(SITE, 'another-member', 9);
    store.listener.claimed('b.example', MEMBER, 9);
    expect(counter.total(SITE)).toBe(1);
    store.listener.claimed(SITE, MEMBER, 3);
    expect(counter.total(SITE)).toBe(0);
  });

  it('[C9] a total is stale until the counts of other servers are known', async () => {
    const { store, counter, open } = await startShared();
    store.setStale(SITE, true);
    const page = open();
    await page.receives(1);
    expect(counter.isStale(SITE)).toBe(true);
    expect(counter.isStale()).toBe(false);
    store.setStale(SITE, false);
    await vi.waitFor(() => expect(page.details).toEqual([{ resume: 'this-server.1', stale: true }, {}]));
    expect(page.totals).toEqual([1, 1]);
  });

  it('[C9] a site that the store does not follow any more is not published as empty', async () => {
    const { store, counter, url, open } = await startShared({ decreaseDelayMs: 0, minUpdateIntervalMs: 10 });
    const events: unknown[] = [];
    counter.on('total', ({ total }) => events.push(total));
    counter.on('vacated', (site) => events.push(site));
    const page = open();
    await page.receives(1);
    store.setOthers(SITE, 2);
    await page.receives(3);
    page.leave();
    // Of several totals within a tick only the last is published.
    await vi.waitFor(() => expect(events.filter((event) => event !== 1)).toEqual([3, 2]));
    const before = events.length;
    store.setStale(SITE, true);
    store.setOthers(SITE, 0);
    // A fall to 0 would be published at the next tick, before the second total of another site.
    const other = openPage(url, { origin: 'https://b.example', auth: { member: MEMBER } });
    await other.receives(1);
    store.setOthers('b.example', 8);
    await other.receives(9);
    expect(events.at(-1)).toBe(9);
    // The member of the other site may have been published, or not yet.
    expect(events.slice(before).filter((event) => event !== 1)).toEqual([9]);
  });

  it('[C9] totals are stale while the store is out of reach', async () => {
    const { store, counter, open } = await startShared();
    const received: unknown[] = [];
    counter.on('stale', (details) => received.push(details));
    const page = open();
    await page.receives(1);
    store.listener.stale(true, 'the cable is out');
    await vi.waitFor(() => expect(page.details.at(-1)).toEqual({ stale: true }));
    store.listener.stale(true, 'still out');
    store.listener.stale(false);
    await vi.waitFor(() => expect(page.details.at(-1)).toEqual({}));
    expect(received).toEqual([
      { stale: true, reason: 'the cable is out' },
      { stale: false, reason: undefined },
    ]);
  });
});
