import { connect } from 'node:net';
import { expect, it, onTestFinished, vi } from 'vitest';
import { openAttacker, text } from '@live-online/internal/testing/attacker';
import { inEachEngine } from '../helpers/engines.ts';
import { sendHttp } from '../helpers/send-http.ts';
import { startTransport } from '../helpers/transport.ts';
import { upgradeRequest } from '../helpers/upgrade.ts';

const origin = 'https://a.example';
const socketPath = '/socket.io/';

inEachEngine('connections that another process decides on', (_start, engine) => {
  /** A transport whose connections wait for `decide`. */
  async function startUndecided() {
    const decisions: ((granted: boolean) => void)[] = [];
    const started = await startTransport(engine, {
      decide: () => new Promise((resolve) => decisions.push(resolve)),
    });
    const open = async (query = '') => {
      const socket = connect(started.port, '127.0.0.1');
      onTestFinished(() => void socket.destroy());
      const client = { socket, received: '', isClosed: false };
      socket.on('error', () => {});
      socket.on('data', (chunk) => (client.received += chunk.toString('latin1')));
      socket.on('close', () => (client.isClosed = true));
      const { length } = decisions;
      socket.write(upgradeRequest(origin).replace('EIO=4', `EIO=4${query}`));
      await vi.waitFor(() => expect(decisions).toHaveLength(length + 1), { interval: 2 });
      return client;
    };
    return { ...started, open, decide: (granted: boolean) => decisions.shift()!(granted) };
  }

  it('[S8] are served once they are granted', async () => {
    const { open, decide, places, joined } = await startUndecided();
    const client = await open();
    expect([client.received, places()]).toEqual(['', 1]);
    decide(true);
    await vi.waitFor(() => expect(client.received).toMatch(/ 101 .*0\{"sid"/s), { interval: 2 });
    client.socket.write(text('40'));
    await vi.waitFor(() => expect(joined).toHaveLength(1), { interval: 2 });
  });

  it('[S8] are rejected, and release their places, if they are not', async () => {
    const { open, decide, places } = await startUndecided();
    const client = await open();
    decide(false);
    await vi.waitFor(() => expect(client.isClosed).toBe(true), { interval: 2 });
    expect(client.received).toMatch(/^HTTP\/1\.1 400 /);
    await vi.waitFor(() => expect(places()).toBe(0), { interval: 2 });
  });

  it.each([true, false])('[S8] release their places if they leave before (granted: %s)', async (granted) => {
    const { open, decide, places, joined } = await startUndecided();
    for (const leave of ['destroy', 'resetAndDestroy'] as const) {
      const client = await open();
      client.socket[leave]();
      decide(granted);
      await vi.waitFor(() => expect(places()).toBe(0), { interval: 2 });
    }
    // The next one is served.
    const client = await open();
    decide(true);
    await vi.waitFor(() => expect(client.received).toContain('0{"sid"'), { interval: 2 });
    expect([places(), joined.length]).toEqual([1, 0]);
  });

  it('[C2] [SEC3] are not counted if their client has ended them before', async () => {
    const { open, decide, places, joined } = await startUndecided();
    const client = await open('&join=1&member=member-0000-0001');
    client.socket.end();
    // When the server has read the next request, it has read the end of this one.
    await open();
    decide(true);
    await vi.waitFor(() => expect([client.isClosed, places()]).toEqual([true, 1]), { interval: 2 });
    expect(joined).toEqual([]);
  });

  it('[P4] are served with what their client has sent meanwhile', async () => {
    const { open, decide, joined } = await startUndecided();
    const client = await open();
    client.socket.write(text('40'));
    await open();
    decide(true);
    await vi.waitFor(() => expect(joined).toHaveLength(1), { interval: 2 });
  });

  it('[C10] are rejected if the transport closes meanwhile', async () => {
    const { transport, open, decide, places } = await startUndecided();
    const client = await open();
    const closed = transport.close();
    decide(true);
    await closed;
    await vi.waitFor(() => expect([client.isClosed, places()]).toEqual([true, 0]), { interval: 2 });
    expect(client.received).not.toContain('42[');
  });
});

inEachEngine('sessions', (_start, engine) => {
  it('[C11] are reported once for each connection that is accepted', async () => {
    const established: unknown[] = [];
    const { port, joined } = await startTransport(engine, {
      onEstablished: (connection) => established.push(connection),
    });
    await sendHttp(port, upgradeRequest(origin).replace('EIO=4', 'EIO=3'));
    expect(established).toEqual([]);
    await openAttacker({ port, socketPath, origin, connect: undefined });
    expect(established).toHaveLength(1);
    await openAttacker({ port, socketPath, origin });
    expect(established.slice(1)).toEqual([joined[0]!.socket]);
  });
});
