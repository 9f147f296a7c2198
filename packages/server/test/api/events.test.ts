import { once } from 'node:events';
import { createServer, get as request, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createFakeClock } from '@live-online/internal/testing/fake-clock';
import { SiteStreams, STREAM_LIMITS } from '../../src/io/http/api/site-streams.ts';
import { ADMIN_TOKEN, startApi } from '../helpers/api.ts';

interface Stream {
  response: IncomingMessage;
  /** All that was received. */
  text(): string;
  /** The data of all events. */
  data(): unknown[];
  ids(): number[];
}

/** Opens a stream that reads, and waits for its head. */
async function openStream(url: string, headers: Record<string, string> = {}): Promise<Stream> {
  const [response] = (await once(request(url, { headers, agent: false }), 'response')) as [IncomingMessage];
  onTestFinished(() => void response.destroy());
  let text = '';
  response.on('data', (chunk) => (text += String(chunk)));
  response.on('error', () => {});
  const values = (name: string): string[] =>
    [...text.matchAll(new RegExp(`^${name}: (.*)$`, 'gm'))].map(([, value]) => value!);
  return {
    response,
    text: () => text,
    data: () => values('data').map((json) => JSON.parse(json) as unknown),
    ids: () => values('id').map(Number),
  };
}

/** Streams on a real HTTP server, with a clock that only the test advances. */
async function startStreams() {
  const clock = createFakeClock();
  const state = { people: 1, tabs: 1, stale: false };
  let onTotal: ((site: string) => void) | undefined;
  const responses: ServerResponse[] = [];
  const streams = new SiteStreams({
    counts: {
      count: () => ({ people: state.people, tabs: state.tabs }),
      pages: () => ({ pages: new Map(), other: 0 }),
      sites: () => [],
      isStale: () => state.stale,
      onTotal(listener) {
        onTotal = listener;
        return () => (onTotal = undefined);
      },
    },
    clock,
    timeOfDay: () => 1_000,
    random: () => 0.5,
    addressOf: ({ headers }) => headers['x-address'] as string | undefined,
    onOpen: (_request, response) => void responses.push(response),
  });
  const server = createServer((incoming, response) => {
    const site = incoming.url!.slice(1);
    streams.route.handle({ request: incoming, response, site, params: {}, query: new URLSearchParams() });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    streams.close();
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return {
    clock,
    state,
    streams,
    responses,
    port,
    url: `http://127.0.0.1:${port}/a.example`,
    total: (site = 'a.example') => onTotal?.(site),
    isSubscribed: () => onTotal !== undefined,
  };
}

const soon = (check: () => void): Promise<void> => vi.waitFor(check, { interval: 5 });

describe('the events of a site', () => {
  it('[A9] give the numbers at once, and at each change', async () => {
    const { url, open } = await startApi();
    const first = await open('public.example');
    const stream = await openStream(`${url}v1/sites/public.example/events`);
    expect(stream.response.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
      'access-control-allow-origin': '*',
    });
    const numbers = (people: number) => ({ people, tabs: people, stale: false });
    await soon(() => expect(stream.data()).toEqual([numbers(1)]));
    expect(stream.text()).toMatch(/^retry: \d{4}\nevent: total\nid: \d+\ndata: \{.*\}\n\n$/);
    await open('public.example');
    await soon(() => expect(stream.data()).toEqual([numbers(1), numbers(2)]));
    first.leave();
    await soon(() => expect(stream.data().at(-1)).toEqual(numbers(1)));
    const ids = stream.ids();
    expect(ids).toEqual([...new Set(ids)].sort((a, b) => a - b));
  });

  it('[A9] do not count their reader, and need the right to read', async () => {
    const { url, counter } = await startApi();
    const path = `${url}v1/sites/a.example/events`;
    const stream = await openStream(path, { authorization: `Bearer ${ADMIN_TOKEN}` });
    await soon(() => expect(stream.data()).toEqual([{ people: 0, tabs: 0, stale: false }]));
    expect(counter.total('a.example')).toBe(0);
    expect(stream.response.headers).not.toHaveProperty('access-control-allow-origin');
    expect((await fetch(path)).status).toBe(401);
    const head = await fetch(`${url}v1/sites/public.example/events`, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-type')]).toEqual([
      200,
      'text/event-stream; charset=utf-8',
    ]);
  });

  it('[A9] a reader that comes back gets the newest numbers', async () => {
    const { url } = await startStreams();
    const stream = await openStream(url, { 'last-event-id': '999999' });
    await soon(() => expect(stream.data()).toEqual([{ people: 1, tabs: 1, stale: false }]));
  });

  it('[A9] show within a second that tabs have changed, or that numbers may be old', async () => {
    const { url, clock, state } = await startStreams();
    const stream = await openStream(url);
    await soon(() => expect(stream.data()).toHaveLength(1));
    state.tabs = 5;
    clock.advance(1_000);
    await soon(() => expect(stream.data()).toHaveLength(2));
    state.stale = true;
    clock.advance(1_000);
    await soon(() => expect(stream.data().at(-1)).toEqual({ people: 1, tabs: 5, stale: true }));
    clock.advance(5_000);
    expect(stream.data()).toHaveLength(3);
  });

  it('[A9] a stream without events gets a comment after 15 s', async () => {
    const { url, clock } = await startStreams();
    const stream = await openStream(url);
    await soon(() => expect(stream.data()).toHaveLength(1));
    clock.advance(14_000);
    clock.advance(2_000);
    await soon(() => expect(stream.text()).toMatch(/\n\n:\n\n$/));
  });

  it('[A9] end when the server closes, and cost nothing afterwards', async () => {
    const { url, clock, streams, isSubscribed } = await startStreams();
    const stream = await openStream(url);
    streams.close();
    await once(stream.response, 'end');
    await soon(() => expect([clock.planned, isSubscribed()]).toEqual([0, false]));
    expect((await fetch(url)).status).toBe(503);
  });

  it('[A10] an address may have 20 streams, and their end frees the places', async () => {
    const { url } = await startStreams();
    const headers = { 'x-address': '203.0.113.1' };
    const streams: Stream[] = [];
    for (let stream = 0; stream < STREAM_LIMITS.perAddress; stream++)
      streams.push(await openStream(url, headers));
    const rejected = await fetch(url, { headers });
    expect([rejected.status, rejected.headers.get('retry-after')]).toEqual([429, '30']);
    expect(await rejected.json()).toMatchObject({ code: 'too-many-streams' });
    expect((await openStream(url, { 'x-address': '203.0.113.2' })).response.statusCode).toBe(200);
    streams[0]!.response.destroy();
    await vi.waitFor(async () => expect((await openStream(url, headers)).response.statusCode).toBe(200));
  });

  it('[A10] a client that does not read gets one event at a time, and is disconnected after 30 s', async () => {
    const { clock, state, port, responses, total } = await startStreams();
    const socket = connect(port, '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    socket.on('error', () => {});
    socket.pause();
    socket.write('GET /a.example HTTP/1.1\r\nHost: a\r\n\r\n');
    await soon(() => expect(responses).toHaveLength(1));
    const response = responses[0]!;
    // Until the buffers of the system are full.
    response.write(Buffer.alloc(8_000_000));
    const before = response.writableLength;
    for (let change = 0; change < 10_000; change++) {
      state.people++;
      total();
    }
    expect(response.writableLength - before).toBeLessThan(1_000);
    clock.advance(29_000);
    expect(response.destroyed).toBe(false);
    clock.advance(3_000);
    expect(response.destroyed).toBe(true);
  });
});
