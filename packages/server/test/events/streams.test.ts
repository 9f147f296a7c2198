import { connect } from 'node:net';
import { setTimeout as rest } from 'node:timers/promises';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { openConnection } from '../helpers/accepted.ts';
import { startBoundedCounter, startCounter } from '../helpers/counter.ts';
import { createFakeStore } from '../helpers/fake-store.ts';
import { openEvents } from '../helpers/event-client.ts';
import { startEventServer } from '../helpers/event-server.ts';
import { openPage } from '../helpers/page.ts';
import { sendHttp } from '../helpers/send-http.ts';

const origin = 'https://a.example';

describe('a stream of events', () => {
  it('[P16] begins with what the client needs to know, and [C3] the first total, itself included', async () => {
    const { url } = await startCounter();
    const client = openEvents(url);
    const { statusCode, headers } = await client.response();
    expect(statusCode).toBe(200);
    expect(headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
      'access-control-allow-origin': '*',
      connection: 'close',
    });
    await client.receives(1);
    const sid = expect.stringMatching(/^[\w-]{16,64}$/) as string;
    expect(client.events).toEqual([
      { name: 'open', data: { sid, pingInterval: 10_000, pingTimeout: 15_000, joined: true } },
      { name: 'event', data: ['total', 1] },
    ]);
  });

  it('[C3] its head, its first event and its first total are one write', async () => {
    const { port } = await startCounter();
    const socket = connect(port, '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    socket.write(`GET /events HTTP/1.1\r\nHost: x\r\nOrigin: ${origin}\r\n\r\n`);
    const [chunk] = await new Promise<Buffer[]>((resolve) => socket.once('data', (data) => resolve([data])));
    expect(String(chunk)).toMatch(/^HTTP\/1\.1 200 [^]*\r\n\r\n[^]*data: 0\{[^]*data: 42\["total",1\]\n\n/);
  });

  it('[C2] receives each new total, as sockets of the same site do', async () => {
    const { url } = await startCounter({ decreaseDelayMs: 0 });
    const client = openEvents(url);
    const page = openPage(url, { origin });
    await Promise.all([client.receives(2), page.receives(2)]);
    page.leave();
    await client.receives(1);
    expect(client.totals).toEqual([1, 2, 1]);
  });

  it('[C7] the newest connection of a member counts, whichever transport it uses', async () => {
    const { counter, url } = await startCounter();
    const member = 'abcdefgh';
    const open = [openEvents(url, `join=1&member=${member}`)];
    await open[0]!.receives(1);
    const page = openPage(url, { origin, auth: { member } });
    await page.receives(1);
    await open[0]!.closed();
    open.push(openEvents(url, `join=1&member=${member}`));
    await open[1]!.receives(1);
    expect(await page.closed()).toBe('io server disconnect');
    open.push(openEvents(url, `join=1&member=${member}`));
    await open[2]!.receives(1);
    await open[1]!.closed();
    expect(counter.total('a.example')).toBe(1);
    await vi.waitFor(() => expect(counter.stats().connections).toBe(1));
  });

  it('[S7] a drain ends it, and its member counts until another server claims it', async () => {
    const store = createFakeStore('this-server');
    store.setPeers(1);
    const { counter, url } = await startCounter({ store, drainDurationMs: 50, readinessGraceMs: 0 });
    const client = openEvents(url, 'join=1&member=abcdefgh');
    await client.receives(1);
    expect(client.events.at(-1)!.data).toEqual(['total', 1, { resume: 'this-server.1' }]);
    const drained = counter.drain();
    await client.closed();
    expect(counter.total('a.example')).toBe(1);
    store.listener.claimed('a.example', 'abcdefgh', 2);
    await drained;
    expect(counter.total('a.example')).toBe(0);
  });

  it('[C7] its resume token claims the member from the server that it was on before', async () => {
    const store = createFakeStore('this-server');
    const { url } = await startCounter({ store });
    const client = openEvents(url, 'join=1&member=abcdefgh&resume=other-server.1');
    await client.receives(1);
    expect(client.events.at(-1)!.data).toEqual(['total', 1, { resume: 'this-server.2' }]);
    // A browser that opens the stream again by itself has the same query.
    const headers = { origin, 'last-event-id': 'other-server.2' };
    const again = openEvents(url, 'join=1&member=abcdefgh&resume=other-server.1', { headers });
    await again.receives(1);
    expect(again.events.at(-1)!.data).toEqual(['total', 1, { resume: 'this-server.3' }]);
  });

  it('[C8] on waking from a sleep all streams are destroyed, and their members gone, at once', async () => {
    const { url, counter, streams } = await startEventServer();
    const client = openEvents(url, 'join=1&member=abcdefgh');
    await client.receives(1);
    streams.destroyConnections();
    expect(counter.total('a.example')).toBe(0);
    await client.closed();
  });
});

describe('admission of streams', () => {
  it.each([
    ['site-not-listed', 'join=1', 'https://b.example'],
    ['token-wrong', 'join=1&token=wrong', 'https://t.example'],
    ['handshake-invalid', 'join=1&member=short', origin],
    ['handshake-invalid', 'join=one', origin],
    ['version-unsupported', 'join=2', origin],
  ])('[P18] a rejection is an event with the code %s', async (code, query, from) => {
    const sites = ['a.example', { name: 't.example', token: 'secret' }];
    const { counter, url } = await startCounter({ sites, maxConnections: 1 });
    const client = openEvents(url, query, { headers: { origin: from } });
    await client.closed();
    expect((await client.response()).statusCode).toBe(200);
    expect(client.events).toEqual([
      { name: 'rejection', data: { message: expect.any(String) as string, data: { code } } },
    ]);
    expect(counter.stats()).toMatchObject({ connections: 0, rejected: { [code]: 1 } });
    // It holds no place.
    await openEvents(url, 'token=secret', { headers: { origin: 'https://t.example' } }).receives(1);
  });

  it.each([
    ['a.example', 'a Referer', { referer: 'https://a.example/page' }],
    ['127.0.0.1', 'Sec-Fetch-Site: same-origin', { 'sec-fetch-site': 'same-origin' }],
    ['local', 'Sec-Fetch-Site: cross-site', { 'sec-fetch-site': 'cross-site' }],
    ['local', 'none of them', {}],
  ])('[C1] without an Origin it is counted on %s with %s', async (site, _name, headers) => {
    const { counter, url } = await startCounter();
    await openEvents(url, 'join=1', { headers }).receives(1);
    expect([...counter.totals()]).toEqual([[site, 1]]);
  });

  it('[C11] past a limit, and with an Origin that no browser sends, it is rejected in HTTP', async () => {
    const { counter, url } = await startCounter({ maxPerSite: 2 });
    const open = [openEvents(url), openEvents(url)];
    await Promise.all(open.map((client) => client.receives(2)));
    const statusOf = async (from: string): Promise<number | undefined> =>
      (await openEvents(url, 'join=1', { headers: { origin: from } }).response()).statusCode;
    expect(await statusOf(origin)).toBe(403);
    expect(await statusOf('invalid')).toBe(403);
    expect(counter.stats().rejected).toEqual({ maxPerSite: 1, 'origin-invalid': 1 });
    open[0]!.leave();
    await vi.waitFor(async () => expect(await statusOf(origin)).toBe(200));
  });

  it('[C11] other methods get 405 and the allowed ones', async () => {
    const { port } = await startCounter();
    for (const method of ['HEAD', 'PUT', 'OPTIONS']) {
      const answer = await sendHttp(
        port,
        `${method} /events HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
      );
      expect(answer).toMatch(/^HTTP\/1\.1 405 [^]*Allow: GET, POST\r\n/);
    }
  });

  it('[C11] a stream must not wait behind another response', async () => {
    const { counter, port } = await startCounter();
    const head = `Host: x\r\nOrigin: ${origin}\r\n\r\n`;
    const { client, accepted } = await openConnection(
      port,
      `GET /events HTTP/1.1\r\n${head}GET /events HTTP/1.1\r\n${head}`,
    );
    client.resume();
    await vi.waitFor(() => expect(accepted.bytesWritten).toBeGreaterThan(0));
    expect(counter.stats().connections).toBe(1);
    client.end();
    await vi.waitFor(() => expect(counter.stats().connections).toBe(0));
  });
});

it('[C11] a client that sends many requests behind a stream is terminated', async () => {
  const { counter, port } = await startCounter();
  const request = `GET /events HTTP/1.1\r\nHost: x\r\nOrigin: ${origin}\r\n\r\n`;
  const { client, accepted } = await openConnection(port, request.repeat(20));
  client.resume();
  await vi.waitFor(() => expect(accepted.destroyed).toBe(true));
  await vi.waitFor(() => expect(counter.stats().connections).toBe(0));
  expect(counter.stats().terminated).toEqual({ pipelining: 1 });
});

describe.each(['own', 'attached'] as const)('a stream on an HTTP server, %s', (kind) => {
  const timeouts = { timeoutMs: 300, sweepMs: 50 };

  it('[C11] is a session: it outlives the deadline of requests, and counts against no limit on them', async () => {
    const { counter, port, path } = await startBoundedCounter(kind, timeouts, { maxPendingConnections: 2 });
    const open = Array.from({ length: 4 }, () => openEvents(`http://127.0.0.1:${port}${path}`));
    await Promise.all(open.map((client) => client.receives(4)));
    await rest(2 * timeouts.timeoutMs);
    const page = openPage(`http://127.0.0.1:${port}`, { origin, path: `${path}socket.io` });
    await Promise.all([...open, page].map((client) => client.receives(5)));
    expect(counter.stats()).toMatchObject({ connections: 5, rejected: {}, terminated: {} });
  });

  it('[C10] close ends it, also for a client that does not read, and rejects new ones', async () => {
    const { counter, port, path } = await startBoundedCounter(kind, {});
    const url = `http://127.0.0.1:${port}${path}`;
    const [reader, paused] = [openEvents(url), openEvents(url)];
    await Promise.all([reader.receives(2), paused.receives(2)]);
    (await paused.response()).pause();
    const startedAt = performance.now();
    const closed = counter.close();
    await reader.closed();
    await closed;
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    expect(counter.stats().connections).toBe(0);
  });
});
