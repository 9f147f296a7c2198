import { setImmediate as nextTurn } from 'node:timers/promises';
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { createServer as createHttpServer, type IncomingMessage } from 'node:http';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Counter } from '../../src/core/counter.ts';
import type { Visitor } from '../../src/core/ports.ts';
import type { Door } from '../../src/io/admission/handshake-guard.ts';
import { mountAt } from '../../src/io/http/request-interceptor.ts';
import { createSocketIoTransport } from '../../src/io/socket-io-transport.ts';
import type { TransportName } from '../../src/io/transport.ts';
import { createStats } from '../../src/core/stats.ts';
import { openPage } from '../helpers/page.ts';
import { openRawClient } from '../helpers/raw-client.ts';

const bounds = { maxWaitingBytes: 16_384, packets: { burst: 20, perSecond: 1 }, closeTimeoutMs: 2_000 };

/** The real transport with a counter that leaves all telling to the test. */
async function startTransport(transports: TransportName[] = ['websocket']) {
  const arrived: { visitor: Visitor; connection: Socket }[] = [];
  let connection: Socket;
  const door: Door = {
    knock: () => ({ release() {} }),
    greet(request: IncomingMessage) {
      connection = request.socket;
      return { ok: true, site: 'a.example', member: undefined, resume: undefined };
    },
  };
  const counter = {
    arrive(_site: string, _member: unknown, visitor: Visitor) {
      arrived.push({ visitor, connection });
      visitor.tell({ site: 'a.example', total: 0, stale: false, sequence: 0 });
      return () => {};
    },
  } as unknown as Counter;
  const stats = createStats();
  const transport = createSocketIoTransport({ counter, door, stats, transports, bounds, goodbyeMs: 100 });
  const server = createHttpServer();
  const guard = { request: () => true, poll() {}, upgrade: () => true };
  mountAt(server, { path: '/', guard, routes: new Map(), transport });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    server.close();
    await transport.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, arrived, stats };
}

/** Writes text frames of 64 kB, at most `most`, until the connection is full. Returns how many it has taken whole. */
async function fill(connection: Socket, most: number): Promise<number> {
  const frame = Buffer.concat([Buffer.from([0x81, 126, 0xff, 0xff]), Buffer.alloc(0xffff, '6')]);
  for (let frames = 0; frames < most; frames++) {
    connection.write(frame);
    if (connection.writableLength > 0) return frames;
    await nextTurn();
  }
  return most;
}

describe('a page that does not read', () => {
  it('[C6] costs no memory, and hears the newest total once it reads again', async () => {
    const { url, arrived, stats } = await startTransport();
    const paused = async () => {
      const client = await openRawClient(url, { origin: 'https://a.example' });
      client.ws.pause();
      return { client, ...arrived.at(-1)! };
    };
    // The system's buffers take some megabytes before the connection says that it is full. Frames of 64 kB fill nearly
    // all of them; with totals alone that takes a minute on a busy machine.
    const taken = await fill((await paused()).connection, Infinity);
    const { client: reader, visitor, connection } = await paused();
    await fill(connection, taken - 4);

    let sequence = 0;
    const tell = (): void => {
      sequence++;
      visitor.tell({ site: 'a.example', total: sequence, stale: false, sequence });
    };
    while (connection.writableLength === 0 && sequence < 2_000_000) {
      tell();
      if (connection.writableLength === 0) await nextTurn();
    }
    expect(connection.writableLength).toBeGreaterThan(0);

    const { messages } = stats;
    for (let more = 0; more < 100_000; more++) tell();
    // One frame more waits behind the one that did not fit, and reports when the connection has taken it.
    expect(connection.writableLength).toBeLessThan(100);
    expect(stats.messages).toBe(messages + 1);

    reader.ws.resume();
    await vi.waitFor(() => expect(reader.heard.at(-1)).toBe(`42["total",${sequence}]`), 10_000);
    expect(stats.messages).toBe(messages + 2);
  }, 60_000);

  it('[C6] a total that the page has heard already is not said again', async () => {
    const { url, arrived, stats } = await startTransport();
    const page = openPage(url);
    await page.hears(0);
    const { visitor } = arrived[0]!;
    const say = (total: number, sequence: number): void =>
      visitor.tell({ site: 'a.example', total, stale: false, sequence });
    say(1, 1);
    say(1, 2);
    say(1, 3);
    await page.hears(1);
    expect(stats.messages).toBe(2);
    say(5, 4);
    await page.hears(5);
    expect(page.totals).toEqual([0, 1, 5]);
  });

  it.each<TransportName>(['websocket', 'polling'])(
    '[C9] hears by %s that a total is old',
    async (transport) => {
      const { url, arrived } = await startTransport([transport]);
      const page = openPage(url, { transports: [transport] });
      const heard: unknown[][] = [];
      page.socket.on('total', (...details) => heard.push(details));
      await page.hears(0);
      const { visitor } = arrived[0]!;
      visitor.tell({ site: 'a.example', total: 0, stale: true, sequence: 1 });
      visitor.tell({ site: 'a.example', total: 3, stale: false, sequence: 2 });
      await page.hears(3);
      expect(heard).toEqual([[0], [0, { stale: true }], [3]]);
    },
  );

  it('[C6] an older announcement never overtakes a newer one', async () => {
    const { url, arrived } = await startTransport();
    const page = openPage(url);
    await page.hears(0);
    const { visitor } = arrived[0]!;
    visitor.tell({ site: 'a.example', total: 7, stale: false, sequence: 9 });
    visitor.tell({ site: 'a.example', total: 6, stale: false, sequence: 8 });
    await page.hears(7);
    visitor.tell({ site: 'a.example', total: 8, stale: true, sequence: 10 });
    await page.hears(8);
    expect(page.totals).toEqual([0, 7, 8]);
  });

  it('[C6] between polls, too, a page is held one total and then the newest', async () => {
    const { url, arrived, stats } = await startTransport(['polling']);
    const page = openPage(url, { transports: ['polling'] });
    await page.hears(0);
    const { visitor } = arrived[0]!;
    for (let sequence = 1; sequence <= 1_000; sequence++) {
      visitor.tell({ site: 'a.example', total: sequence, stale: false, sequence });
    }
    await page.hears(1_000);
    expect(stats.messages).toBeLessThan(10);
  });
});
