import { once } from 'node:events';
import { Agent, request, type RequestListener } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as rest } from 'node:timers/promises';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { CounterServerOptions } from '../../src/index.ts';
import { resolveServerOptions } from '../../src/options/resolve-options.ts';
import { openConnection, type Connection } from '../helpers/accepted.ts';
import { startBoundedCounter, startCounter, type BoundedCounter, type ServedBy } from '../helpers/counter.ts';
import { openPage, type Page } from '../helpers/page.ts';
import { sendHttp } from '../helpers/send-http.ts';
import { upgradeRequest } from '../helpers/upgrade.ts';

const TIMEOUT_MS = 400;
const timeouts = { timeoutMs: TIMEOUT_MS, sweepMs: 50 };
/** A sweep later, and with room for a slow machine; far below what Node's own deadlines take. */
const LATEST_MS = 2_500;

const kinds: ServedBy[] = ['own', 'attached', 'passed on'];
const start = (
  kind: ServedBy,
  options?: CounterServerOptions,
  host?: RequestListener,
): Promise<BoundedCounter> => startBoundedCounter(kind, timeouts, options, host);

/** Says a little more again and again, until the test ends. */
function drip({ client }: Connection): void {
  const timer = setInterval(() => client.write('x'), 20);
  onTestFinished(() => clearInterval(timer));
}

const ended = ({ accepted }: Connection): Promise<void> =>
  vi.waitFor(() => expect(accepted.destroyed).toBe(true), { timeout: LATEST_MS, interval: 10 });

/** Asks for the script until the system takes no more answers for a client that does not read. */
async function askUntilFull({ client, accepted }: Connection, path: string): Promise<void> {
  const ask = async (count: number, size: number): Promise<number> => {
    const { bytesWritten } = accepted;
    client.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`.repeat(count));
    const written = (): number => accepted.bytesWritten - bytesWritten;
    const isDone = (): boolean => accepted.writableLength > 0 || written() >= count * size;
    await vi.waitFor(() => expect(isDone()).toBe(true), { interval: 1 });
    return written();
  };
  const size = await ask(1, 1);
  // A few at once, because there are thousands; fewer than may be outstanding.
  while (accepted.writableLength === 0) await ask(4, size);
}

/** Connections with no request, or an incomplete one, by what is slow. */
async function openSlowAsking(
  kind: ServedBy,
  port: number,
  path: string,
): Promise<Record<string, Connection>> {
  const open = (head: string): Promise<Connection> => openConnection(port, `${head}\r\nHost: x\r\n`);
  const socket = `${path}socket.io/?EIO=4&transport=polling`;
  const handshake = await sendHttp(port, `GET ${socket} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
  const [, sid] = /"sid":"([^"]+)"/.exec(handshake)!;
  const post = async (target: string): Promise<Connection> => {
    const connection = await open(`POST ${target} HTTP/1.1`);
    connection.client.write('Content-Length: 999\r\n\r\n');
    drip(connection);
    return connection;
  };
  const slow = {
    'body of a request': await post(path),
    'body of a poll': await post(socket),
    'body of a poll of a session': await post(`${socket}&sid=${sid}`),
  };
  if (kind !== 'own') return slow;
  const head = await open('GET / HTTP/1.1');
  drip(head);
  const upgrade = await open(`GET ${path}healthz HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: foo`);
  upgrade.client.write('\r\n');
  return { ...slow, idle: await openConnection(port), head, upgrade };
}

describe.each(kinds)('a connection without a session, %s', (kind) => {
  it('[C11] [SEC4] a connection without a session is terminated: idle, slow head, slow body, half-open upgrade', async () => {
    const { counter, port, path } = await start(kind, { transports: ['polling', 'websocket'] });
    const slow = Object.entries(await openSlowAsking(kind, port, path));
    const left = (): string[] => slow.flatMap(([name, { accepted }]) => (accepted.destroyed ? [] : name));
    await vi.waitFor(() => expect(left()).toEqual([]), { timeout: LATEST_MS, interval: 10 });
    expect(counter.stats().terminated).toEqual({ 'pending-timeout': slow.length });
  });

  it('[C11] [SEC4] a connection without a session is terminated: slow read', async () => {
    const { counter, port, path } = await start(kind);
    const slow = await openConnection(port);
    await askUntilFull(slow, path);
    await ended(slow);
    expect(counter.stats().terminated).toEqual({ 'pending-timeout': 1 });
  });

  it('[C11] [SEC4] a connection without a session is terminated: rejected upgrade', async () => {
    const { counter, port, path } = await start(kind, { maxConnections: 1 });
    const below = (message: string): string => message.replace('/socket.io/', `${path}socket.io/`);
    const upgrade = below(upgradeRequest('https://a.example'));
    await ended(await openConnection(port, upgrade.replace('Sec-WebSocket-Key: A', 'Sec-WebSocket-Key: ')));
    await ended(await openConnection(port, upgrade.replace('EIO=4', 'EIO=4&sid=unknown')));
    await ended(await openConnection(port, below(upgradeRequest('invalid'))));
    await ended(await openConnection(port, upgrade.replace('EIO=4', `EIO=4&x=${'x'.repeat(3_000)}`)));
    openPage(`http://127.0.0.1:${port}`, { path: `${path}socket.io` });
    await vi.waitFor(() => expect(counter.stats().connections).toBe(1));
    await ended(await openConnection(port, upgrade));
    expect(counter.stats().rejected).toEqual({ 'origin-invalid': 1, 'url-too-long': 1, maxConnections: 1 });
  });

  it('[C11] [SEC4] a connection without a session is terminated: requests that Engine.IO never answers', async () => {
    const { counter, port, path } = await start(kind, { transports: ['polling', 'websocket'] });
    const page = openPage(`http://127.0.0.1:${port}`, { path: `${path}socket.io` });
    await page.receives(1);
    for (const transport of ['transport=websocket', 'transport=polling&transport=websocket']) {
      const target = `${path}socket.io/?EIO=4&sid=${page.socket.io.engine.id}&${transport}`;
      await ended(await openConnection(port, `GET ${target}#?transport=polling HTTP/1.1\r\nHost: x\r\n\r\n`));
    }
    expect(counter.stats().terminated).toEqual({ 'pending-timeout': 2 });
    expect(counter.stats().connections).toBe(1);
  });

  it('[C11] an upgrade behind responses that are not taken is terminated', async () => {
    const { counter, port, path } = await startBoundedCounter(kind, {});
    const slow = await openConnection(port);
    await askUntilFull(slow, path);
    slow.client.write(upgradeRequest('https://a.example').replace('/socket.io/', `${path}socket.io/`));
    await ended(slow);
    expect(counter.stats().terminated).toEqual({ pipelining: 1 });
    expect(counter.stats().connections).toBe(0);
  });
});

it('[C11] responses of Node itself count as outstanding', async () => {
  const { counter, port } = await startCounter();
  const slow = await openConnection(port);
  await askUntilFull(slow, '/');
  slow.client.write('GET / HTTP/1.1\r\nHost: x\r\nExpect: nothing\r\n\r\n'.repeat(8));
  await ended(slow);
  expect(counter.stats().terminated).toEqual({ pipelining: 1 });
});

describe.each<ServedBy>(['own', 'attached'])('clients that send requests and read, %s', (kind) => {
  it('[C11] a client that keeps its connection alive lives', async () => {
    const { counter, port, path } = await start(kind);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    onTestFinished(() => agent.destroy());
    const ports = new Set<number | undefined>();
    const startedAt = performance.now();
    while (performance.now() - startedAt < 3 * TIMEOUT_MS) {
      const asked = request({ port, host: '127.0.0.1', path: `${path}healthz`, agent });
      const [response] = (await once(asked.end(), 'response')) as [NodeJS.ReadableStream];
      ports.add(asked.socket?.localPort);
      expect(await text(response)).toBe('ok\n');
      await rest(TIMEOUT_MS / 8);
    }
    expect(ports.size).toBe(1);
    expect(counter.stats().terminated).toEqual({});
  });

  it('[C11] a session lives, by WebSocket, by polling, and by a WebSocket that began as polling', async () => {
    // Longer than elsewhere: on a busy machine an upgrade takes a while, and would not be a session in time.
    const timeoutMs = 1_000;
    const options = { transports: ['polling', 'websocket'] } satisfies CounterServerOptions;
    const { counter, port, path } = await startBoundedCounter(kind, { ...timeouts, timeoutMs }, options);
    const open = (...transports: ('websocket' | 'polling')[]): Page =>
      openPage(`http://127.0.0.1:${port}`, { path: `${path}socket.io`, transports });
    const pages = [open('websocket'), open('polling'), open('polling', 'websocket')];
    await Promise.all(pages.map((page) => page.receives(3)));
    const transports = (): string[] => pages.map(({ socket }) => socket.io.engine.transport.name);
    await vi.waitFor(() => expect(transports()).toEqual(['websocket', 'polling', 'websocket']));
    await rest(timeoutMs + 2 * timeouts.sweepMs);
    await open('websocket').receives(4);
    await Promise.all(pages.map((page) => page.receives(4)));
    expect(transports()).toEqual(['websocket', 'polling', 'websocket']);
    expect(counter.stats().connections).toBe(4);
    expect(counter.stats().terminated).toEqual({});
  });
});

describe('beside a host', () => {
  it('[C10] the host’s own connections have the deadlines that it gives them', async () => {
    const { port } = await start('attached');
    const idle = await openConnection(port);
    const slow = await openConnection(port, 'POST /api HTTP/1.1\r\nHost: x\r\nContent-Length: 9999\r\n\r\n');
    await ended(
      await openConnection(port, 'POST /live-online/ HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n'),
    );
    expect([idle, slow].map(({ accepted }) => accepted.destroyed)).toEqual([false, false]);
  });

  it('[C10] our response waits for an earlier one of the host', async () => {
    const { port } = await start('attached', {}, (_request, response) => {
      setTimeout(() => response.end('host'), 2 * TIMEOUT_MS);
    });
    const get = (path: string, more = ''): string => `GET ${path} HTTP/1.1\r\nHost: x\r\n${more}\r\n`;
    const message = get('/slow') + get('/live-online/healthz', 'Connection: close\r\n');
    const { client } = await openConnection(port, message);
    expect(await text(client)).toMatch(/host[\s\S]*ok\n$/);
  });

  it('[C11] a connection is the host’s again when it has taken our response', async () => {
    const { port } = await start('attached');
    const { client, accepted } = await openConnection(port, 'GET /live-online/ HTTP/1.1\r\nHost: x\r\n\r\n');
    client.resume();
    await vi.waitFor(() => expect(accepted.bytesWritten).toBeGreaterThan(0));
    const startedAt = performance.now();
    await vi.waitFor(() => expect(performance.now() - startedAt).toBeGreaterThan(2 * TIMEOUT_MS), 5_000);
    expect(accepted.destroyed).toBe(false);
  });
});

describe('limits on connections without a session', () => {
  const openFive = async (port: number): Promise<Connection[]> => {
    const connections: Connection[] = [];
    while (connections.length < 5) connections.push(await openConnection(port));
    return connections;
  };
  const areClosed = (connections: Connection[]): boolean[] =>
    connections.map(({ accepted }) => accepted.destroyed);

  it.each<CounterServerOptions>([{ maxPendingConnections: 2 }, { maxPendingPerAddress: 2 }])(
    '[C11] [SEC5] %o: the one that has waited longest is closed',
    async (options) => {
      const { counter, port } = await startCounter(options);
      const limits: unknown[] = [];
      counter.on('limit', ({ limit }) => limits.push(limit));
      const [first, second] = [await openConnection(port), await openConnection(port)];
      first.client.resume().write('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n');
      await vi.waitFor(() => expect(first.accepted.bytesWritten).toBeGreaterThan(0));
      await openConnection(port);
      expect(areClosed([first, second])).toEqual([false, true]);
      const [limit] = Object.keys(options);
      expect(counter.stats().rejected).toEqual({ [limit!]: 1 });
      expect(limits).toEqual([limit]);
    },
  );

  it('[C11] sessions do not count as connections without one', async () => {
    const { counter, port, url } = await startCounter({ maxPendingConnections: 2 });
    const pages = Array.from({ length: 5 }, () => openPage(url));
    await Promise.all(pages.map((page) => page.receives(5)));
    await openFive(port);
    expect(counter.stats()).toMatchObject({ connections: 5, rejected: { maxPendingConnections: 3 } });
  });

  it('[C11] a trusted proxy may have any number', async () => {
    const { port } = await startCounter({ maxPendingPerAddress: 2, trustProxy: ['loopback'] });
    expect(areClosed(await openFive(port))).not.toContain(true);
    const stranger = await startCounter({ maxPendingPerAddress: 2, trustProxy: ['10.0.0.1'] });
    expect(areClosed(await openFive(stranger.port))).toEqual([true, true, true, false, false]);
  });
});

it('[C11] [SEC4] by default a connection without a session is terminated within 15 s', () => {
  const { timeoutMs, sweepMs } = resolveServerOptions({}).httpBounds;
  expect(sweepMs).toBeLessThanOrEqual(2_000);
  expect(timeoutMs + sweepMs).toBeLessThanOrEqual(15_000);
});
