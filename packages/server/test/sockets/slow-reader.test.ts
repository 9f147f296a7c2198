import type { Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { inEachEngine } from '../helpers/engines.ts';
import { openPage, type Page } from '../helpers/page.ts';
import { openRawClient } from '../helpers/raw-client.ts';
import { startTransport, type JoinedConnection } from '../helpers/transport.ts';

/** Writes text frames of 64 kB, at most `most`, until the connection is full. Returns how many it has taken whole. */
async function fill(socket: Socket, most: number): Promise<number> {
  const frame = Buffer.concat([Buffer.from([0x81, 126, 0xff, 0xff]), Buffer.alloc(0xffff, '6')]);
  for (let frames = 0; frames < most; frames++) {
    socket.write(frame);
    if (socket.writableLength > 0) return frames;
    await nextTurn();
  }
  return most;
}

/** Sends `page`, whose connection is the first one, a stale total and an exact one. */
async function expectStaleMark(page: Page, joined: readonly JoinedConnection[]): Promise<void> {
  const received: unknown[][] = [];
  page.socket.on('total', (...details) => received.push(details));
  await page.receives(0);
  const { connection } = joined[0]!;
  connection.send({ site: 'a.example', total: 0, stale: true, sequence: 1 });
  connection.send({ site: 'a.example', total: 3, stale: false, sequence: 2 });
  await page.receives(3);
  expect(received).toEqual([[0], [0, { stale: true }], [3]]);
}

inEachEngine('slow consumer', (_start, engine) => {
  it('[C6] [SEC12] a client that does not read costs no memory, and gets the newest total when it reads again', async () => {
    // A paused client answers no ping. On a busy machine this takes longer than a heartbeat.
    const heartbeat = { intervalMs: 60_000, timeoutMs: 60_000 };
    const { url, joined, stats } = await startTransport(engine, { heartbeat });
    const paused = async () => {
      const client = await openRawClient(url, { origin: 'https://a.example' });
      client.ws.pause();
      return { client, ...joined.at(-1)! };
    };
    // The system's buffers take some megabytes before the connection is full. Frames of 64 kB fill nearly all of them;
    // with totals alone that takes a minute on a busy machine.
    const taken = await fill((await paused()).socket, Infinity);
    const { client: reader, connection, socket } = await paused();
    await fill(socket, taken - 4);

    let sequence = 0;
    const send = (): void => {
      sequence++;
      connection.send({ site: 'a.example', total: sequence, stale: false, sequence });
    };
    while (socket.writableLength === 0 && sequence < 2_000_000) {
      send();
      if (socket.writableLength === 0) await nextTurn();
    }
    expect(socket.writableLength).toBeGreaterThan(0);

    const { messages } = stats;
    for (let more = 0; more < 100_000; more++) send();
    // One frame more waits behind the one that did not fit, and reports when the connection has taken it.
    expect(socket.writableLength).toBeLessThan(100);
    expect(stats.messages).toBe(messages + 1);

    reader.ws.resume();
    await vi.waitFor(() => expect(reader.received.at(-1)).toBe(`42["total",${sequence}]`));
    expect(stats.messages).toBe(messages + 2);
  }, 60_000);

  it('[C6] the same total is not sent twice in a row', async () => {
    const { url, joined, stats } = await startTransport(engine);
    const page = openPage(url);
    await page.receives(0);
    const { connection } = joined[0]!;
    const send = (total: number, sequence: number): void =>
      connection.send({ site: 'a.example', total, stale: false, sequence });
    send(1, 1);
    send(1, 2);
    send(1, 3);
    await page.receives(1);
    expect(stats.messages).toBe(2);
    send(5, 4);
    await page.receives(5);
    expect(page.totals).toEqual([0, 1, 5]);
  });

  it('[C6] an older update never overtakes a newer one', async () => {
    const { url, joined } = await startTransport(engine);
    const page = openPage(url);
    await page.receives(0);
    const { connection } = joined[0]!;
    connection.send({ site: 'a.example', total: 7, stale: false, sequence: 9 });
    connection.send({ site: 'a.example', total: 6, stale: false, sequence: 8 });
    await page.receives(7);
    connection.send({ site: 'a.example', total: 8, stale: true, sequence: 10 });
    await page.receives(8);
    expect(page.totals).toEqual([0, 7, 8]);
  });

  it('[C9] a stale total is marked', async () => {
    const { url, joined } = await startTransport(engine);
    await expectStaleMark(openPage(url), joined);
  });
});

describe('slow consumer by polling', () => {
  it('[C9] a stale total is marked', async () => {
    const { url, joined } = await startTransport('socket.io', { transports: ['polling'] });
    await expectStaleMark(openPage(url, { transports: ['polling'] }), joined);
  });

  it('[C6] between polls one total waits, and then the newest', async () => {
    const { url, joined, stats } = await startTransport('socket.io', { transports: ['polling'] });
    const page = openPage(url, { transports: ['polling'] });
    await page.receives(0);
    const { connection } = joined[0]!;
    for (let sequence = 1; sequence <= 1_000; sequence++) {
      connection.send({ site: 'a.example', total: sequence, stale: false, sequence });
    }
    await page.receives(1_000);
    expect(stats.messages).toBeLessThan(10);
  });
});
