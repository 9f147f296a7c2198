import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, it, onTestFinished, vi } from 'vitest';
import { frame, openAttacker, opcodes, text } from '@live-online/internal/testing/attacker';
import { inEachEngine } from '../helpers/engines.ts';
import { openPage } from '../helpers/page.ts';
import { openRawClient } from '../helpers/raw-client.ts';
import { sendHttp } from '../helpers/send-http.ts';
import { startTransport, type StartedTransport } from '../helpers/transport.ts';
import { upgradeRequest } from '../helpers/upgrade.ts';

const origin = 'https://a.example';
const socketPath = '/socket.io/';
const CLOSED = frame(opcodes.close, Buffer.from([0x03, 0xe8]));

/** Whether each connection that has joined is still a member. */
const members = ({ joined }: StartedTransport): boolean[] => joined.map(({ hasLeft }) => !hasLeft);

inEachEngine('a connection that ends', (_start, engine) => {
  it.each<[string, (client: Awaited<ReturnType<typeof openAttacker>>) => void]>([
    ['sends a disconnect and closes', ({ socket }) => socket.write(Buffer.concat([text('41'), CLOSED]))],
    ['closes by a closing handshake', ({ socket }) => socket.write(CLOSED)],
    ['closes without a code', ({ socket }) => socket.write(frame(opcodes.close))],
    ['sends a FIN', ({ socket }) => socket.end()],
    ['sends a FIN in the middle of a frame', ({ socket }) => socket.end(text('42["x"]').subarray(0, 5))],
    ['sends a RST', ({ socket }) => socket.resetAndDestroy()],
    ['sends a malformed packet', ({ socket }) => socket.write(Buffer.concat([text('42[null]'), CLOSED]))],
    ['sends a malformed frame', ({ socket }) => socket.write(frame(3))],
    ['connects again', ({ socket }) => socket.write(text('40'))],
  ])('[C2] its member leaves at once, and its place is free, if the client %s', async (_name, end) => {
    const started = await startTransport(engine);
    const { port, stats, places } = started;
    const client = await openAttacker({ port, socketPath, origin, reads: true });
    expect([places(), stats.connections, ...members(started)]).toEqual([1, 1, true]);
    end(client);
    // A client that does not close its side, too, keeps its place until the close timeout.
    client.socket.on('end', () => client.socket.end());
    const free = [0, 0, false];
    await vi.waitFor(() => expect([places(), stats.connections, ...members(started)]).toEqual(free), {
      timeout: 1_500,
      interval: 5,
    });
  });

  it('[C2] its member leaves with the disconnect packet', async () => {
    const started = await startTransport(engine);
    const client = await openRawClient(started.url, { origin });
    client.send('41');
    await vi.waitFor(() => expect(members(started)).toEqual([false]), { timeout: 1_500, interval: 5 });
    expect(started.stats.connections).toBe(0);
    expect(started.stats.malformedPackets).toBe(0);
  });

  it.each([
    ['before its CONNECT', { join: false }],
    ['for the second time', {}],
  ])('[C11] a client that sends a disconnect packet %s is closed', async (_name, options) => {
    const started = await startTransport(engine);
    const client = await openRawClient(started.url, { origin, ...options });
    client.send('41');
    client.send('41');
    await client.closed();
    await vi.waitFor(() => expect(started.places()).toBe(0));
  });

  it('[C11] the server answers the closing handshake with the same code', async () => {
    const { port } = await startTransport(engine);
    const client = await openAttacker({ port, socketPath, origin, reads: true });
    const before = client.received().length;
    client.socket.write(CLOSED);
    await once(client.socket, 'end');
    expect(client.received().slice(before)).toBe('\x88\x02\x03\xe8');
  });

  it('[C7] a replaced connection receives a disconnect, and then a close', async () => {
    const { url, joined } = await startTransport(engine);
    const raw = await openRawClient(url, { origin });
    const page = openPage(url, { origin });
    await page.receives(0);
    for (const { connection } of joined) connection.closeReplaced();
    await raw.closed();
    expect(raw.received.at(-1)).toBe('41');
    expect(await page.closed()).toBe('io server disconnect');
  });

  it('[S7] a migrated connection receives nothing more but a close', async () => {
    const { url, joined } = await startTransport(engine);
    const raw = await openRawClient(url, { origin });
    const page = openPage(url, { origin });
    await page.receives(0);
    for (const { connection } of joined) {
      connection.migrate();
      connection.send({ site: 'a.example', total: 9, stale: false, sequence: 1 });
    }
    await raw.closed();
    expect(raw.received.at(-1)).toBe('42["total",0]');
    // After this reason a stock client reconnects.
    expect(await page.closed()).toBe('transport close');
    expect(page.totals).toEqual([0]);
  });
});

inEachEngine('a transport', (_start, engine) => {
  it('[C10] that is locked rejects new connections, and serves the others', async () => {
    const { transport, url, port, joined, places } = await startTransport(engine);
    const page = openPage(url, { origin });
    await page.receives(0);
    const undecided = await openRawClient(url, { origin, join: false });
    transport.lock();
    expect(await sendHttp(port, upgradeRequest(origin))).toMatch(/^HTTP\/1\.1 400 /);
    joined[0]!.connection.send({ site: 'a.example', total: 5, stale: false, sequence: 1 });
    await page.receives(5);
    expect(places()).toBe(2);
    undecided.ws.terminate();
    await vi.waitFor(() => expect(places()).toBe(1));
  });

  it('[C8] destroys all connections at once, without waiting for closing handshakes', async () => {
    const started = await startTransport(engine);
    const { transport, port, stats, places } = started;
    const clients = [
      await openAttacker({ port, socketPath, origin, reads: true }),
      await openAttacker({ port, socketPath, origin, reads: true, connect: undefined }),
      await openAttacker({ port, socketPath, origin }),
    ];
    const before = clients.map(({ received }) => received().length);
    transport.destroyConnections();
    expect(members(started)).toEqual([false, false]);
    expect(stats.connections).toBe(0);
    await vi.waitFor(() => expect(places()).toBe(0));
    for (const { socket } of clients) {
      socket.resume();
      await vi.waitFor(() => expect(socket.destroyed).toBe(true));
    }
    // At most an empty close frame.
    for (const [index, { received }] of clients.entries()) {
      expect(received().slice(before[index])).toMatch(/^(\x88\0)?$/);
    }
    // It goes on.
    await openAttacker({ port, socketPath, origin });
    expect(members(started)).toEqual([false, false, true]);
  });

  it('[C10] closes all connections, and waits for the answers of those clients that answer', async () => {
    const started = await startTransport(engine, { closeTimeoutMs: 30_000 });
    const { transport, url, places } = started;
    const pages = [openPage(url, { origin }), openPage(url, { origin })];
    for (const page of pages) await page.receives(0);
    const undecided = await openRawClient(url, { origin, join: false });
    await transport.close();
    expect(places()).toBe(0);
    expect(members(started)).toEqual([false, false]);
    for (const page of pages) expect(await page.closed()).toBe('transport close');
    await undecided.closed();
    expect(undecided.received).toHaveLength(1);
  });

  it('[C10] closes within its timeout although clients neither read nor answer', async () => {
    const started = await startTransport(engine, { closeTimeoutMs: 100 });
    const { transport, port, places } = started;
    for (let count = 0; count < 3; count++) await openAttacker({ port, socketPath, origin });
    await openAttacker({ port, socketPath, origin, connect: undefined });
    const startedAt = performance.now();
    await transport.close();
    expect(performance.now() - startedAt).toBeLessThan(1_500);
    await vi.waitFor(() => expect(places()).toBe(0));
    expect(members(started)).toEqual([false, false, false]);
    const again = connect(port, '127.0.0.1');
    onTestFinished(() => void again.destroy());
    again.write(upgradeRequest(origin));
    const [answer] = (await once(again, 'data')) as [Buffer];
    expect(String(answer)).toMatch(/^HTTP\/1\.1 400 /);
  });

  it('[C11] a client that does not answer a close keeps its connection for the close timeout at most', async () => {
    const bounds = { maxWaitingBytes: 16_384, packets: { burst: 20, perSecond: 1 }, closeTimeoutMs: 300 };
    const started = await startTransport(engine, { bounds });
    const { port, joined, places } = started;
    for (let count = 0; count < 2; count++) await openAttacker({ port, socketPath, origin, reads: true });
    joined[0]!.connection.closeReplaced();
    joined[1]!.connection.migrate();
    await vi.waitFor(() => expect(places()).toBe(0), { timeout: 2_000, interval: 10 });
  });
});

it('[C2] a close packet of Engine.IO ends a connection of the lean transport', async () => {
  const started = await startTransport('lean');
  const client = await openRawClient(started.url, { origin });
  client.send('1');
  await client.closed();
  await vi.waitFor(() => expect(started.places()).toBe(0));
  expect(members(started)).toEqual([false]);
});
