import type { Socket } from 'node:net';
import { expect, it, vi } from 'vitest';
import { inEachEngine } from '../helpers/engines.ts';
import { openPage } from '../helpers/page.ts';
import { openRawClient } from '../helpers/raw-client.ts';

const A = 'https://a.example';
const B = 'https://b.example';

inEachEngine('joining and leaving', (startCounter) => {
  it('[C2] counts every page until it leaves', async () => {
    const { counter, url } = await startCounter();
    const first = openPage(url, { origin: A });
    await first.receives(1);
    const second = openPage(url, { origin: A });
    await Promise.all([first.receives(2), second.receives(2)]);
    second.leave();
    await vi.waitFor(() => expect(counter.total('a.example')).toBe(1));
    await first.receives(1);
  });

  it('[C1] sites never mix, ports of one host are one site', async () => {
    const { counter, url } = await startCounter();
    const pages = [A, `${A}:8443`, B].map((origin) => openPage(url, { origin }));
    await Promise.all([pages[0]!.receives(2), pages[1]!.receives(2), pages[2]!.receives(1)]);
    expect(counter.totals()).toEqual(
      new Map([
        ['a.example', 2],
        ['b.example', 1],
      ]),
    );
    expect(pages[2]!.totals).toEqual([1]);
  });

  it('[C1] pages without an origin are one site of their own', async () => {
    const { counter, url } = await startCounter();
    await openPage(url, { origin: 'null' }).receives(1);
    await openPage(url).receives(2);
    expect(counter.total('local')).toBe(2);
  });

  it('[C3] the first total follows the CONNECT answer and includes the page itself', async () => {
    const { url } = await startCounter({ minUpdateIntervalMs: 60_000 });
    await openPage(url, { origin: A }).receives(1);
    const raw = await openRawClient(url, { origin: A });
    expect(raw.received[1]).toMatch(/^40\{"sid"/);
    expect(raw.received[2]).toBe('42["total",2]');
  });

  it('[C4] no fall is published while a visitor changes pages', async () => {
    const { counter, url } = await startCounter();
    const watcher = openPage(url, { origin: A });
    let walker = openPage(url, { origin: A });
    await watcher.receives(2);
    for (let step = 0; step < 4; step++) {
      walker.leave();
      await vi.waitFor(() => expect(counter.total('a.example')).toBe(1));
      walker = openPage(url, { origin: A });
      await walker.receives(2);
    }
    expect(watcher.totals).toEqual([1, 2]);
  });

  it('[C10] emits events on the server', async () => {
    const { counter, url } = await startCounter({ decreaseDelayMs: 100 });
    const events: unknown[] = [];
    counter.on('occupied', ({ site }) => events.push(`occupied ${site}`));
    counter.on('vacated', ({ site }) => events.push(`vacated ${site}`));
    const unsubscribe = counter.on('total', ({ total, stale }) => events.push(`${total} ${stale}`));
    const page = openPage(url, { origin: A });
    await page.receives(1);
    await vi.waitFor(() => expect(events).toEqual(['1 false', 'occupied a.example']));
    page.leave();
    await vi.waitFor(() => expect(events.slice(2)).toEqual(['0 false', 'vacated a.example']));
    unsubscribe();
    await openPage(url, { origin: A }).receives(1);
    await vi.waitFor(() => expect(events).toHaveLength(5));
    expect(events[4]).toBe('occupied a.example');
  });
});

inEachEngine('members', (startCounter) => {
  const auth = { v: 1, member: 'member-0000-0001' };

  it('[C7] a new connection of a member replaces its older one at once', async () => {
    const { counter, url } = await startCounter();
    const older = openPage(url, { origin: A, auth });
    await older.receives(1);
    const newer = openPage(url, { origin: A, auth });
    await newer.receives(1);
    expect(counter.total('a.example')).toBe(1);
    expect(await older.closed()).toBe('io server disconnect');
    expect(counter.total('a.example')).toBe(1);
    expect(newer.totals).toEqual([1]);
  });

  it('[C7] a half-open connection of the same member is replaced as well', async () => {
    const { counter, url } = await startCounter();
    const halfOpen = await openRawClient(url, { origin: A, join: false });
    halfOpen.send('40{"member":"member-0000-0001"}');
    await halfOpen.receives(/^42\["total",1\]/);
    halfOpen.ws.pause();
    await openPage(url, { origin: A, auth }).receives(1);
    expect(counter.total('a.example')).toBe(1);
  });

  it('[C7] a member of one site is another one on another site', async () => {
    const { counter, url } = await startCounter();
    await openPage(url, { origin: A, auth }).receives(1);
    await openPage(url, { origin: B, auth }).receives(1);
    expect([...counter.totals().values()]).toEqual([1, 1]);
  });

  it('[C7] without a member id the connection is the member', async () => {
    const { counter, url } = await startCounter();
    await Promise.all([openPage(url, { origin: A }).receives(2), openPage(url, { origin: A }).receives(2)]);
    expect(counter.total('a.example')).toBe(2);
  });

  it('[C7] a connection that joins many times at once is counted once, and closed', async () => {
    const { counter, url } = await startCounter({ minUpdateIntervalMs: 10 });
    const highest = { total: 0 };
    counter.on('total', ({ total }) => (highest.total = Math.max(highest.total, total)));
    const watcher = openPage(url, { origin: A });
    await watcher.receives(1);
    const raw = await openRawClient(url, { origin: A, join: false });
    // All of them reach the server before it has answered the first.
    const { _socket } = raw.ws as unknown as { _socket: Socket };
    _socket.cork();
    for (let index = 0; index < 50; index++) raw.send(`40{"member":"member-number-${index}"}`);
    _socket.uncork();
    await raw.closed();
    await vi.waitFor(() => expect(counter.total('a.example')).toBe(1));
    expect(raw.received.filter((message) => message.startsWith('42')).length).toBeLessThanOrEqual(1);
    expect(counter.stats()).toMatchObject({ connections: 1, terminated: { 'second-connect': 1 } });
    expect(highest.total).toBeLessThanOrEqual(2);
  });
});
