import { once } from 'node:events';
import { connect } from 'node:net';
import { PROTOCOL_VERSION } from '@live-online/protocol';
import { onTestFinished, describe, expect, it, vi } from 'vitest';
import { startCounter } from '../helpers/counter.ts';
import { openPage } from '../helpers/page.ts';
import { openRawClient } from '../helpers/raw-client.ts';
import { upgradeRequest } from '../helpers/upgrade.ts';

const A = 'https://a.example';
const MEMBER = 'member-1234';
const join = (extra = ''): string => `join=${PROTOCOL_VERSION}&member=${MEMBER}${extra}`;

describe('a client that sends its handshake in the query', () => {
  it('[C3] receives the open packet, the CONNECT answer and the total in the write that accepts it', async () => {
    const { counter, port } = await startCounter();
    const socket = connect(port, '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    socket.write(upgradeRequest(A).replace('&transport=', `&${join()}&transport=`));
    const [first] = (await once(socket, 'data')) as [Buffer];
    const [head, frames = ''] = String(first).split('\r\n\r\n');
    expect(head).toMatch(/^HTTP\/1\.1 101 /);
    expect(frames).toMatch(/0\{"sid":.*"joined":true.*40\{"sid":"[^"]+"\}.*42\["total",1\]$/s);
    expect(counter.total('a.example')).toBe(1);
  });

  it('[P15] receives how often to send a heartbeat, and how often it is asked', async () => {
    const { url } = await startCounter();
    const client = await openRawClient(url, { origin: A, query: join(), join: false });
    const open = JSON.parse(client.received[0]!.slice(1)) as Record<string, unknown>;
    expect(open).toMatchObject({
      joined: true,
      heartbeatInterval: 7_000,
      pingInterval: 30_000,
      pingTimeout: 5_000,
    });
  });

  it('[C7] is the same member as by CONNECT', async () => {
    const { counter, url } = await startCounter();
    const older = await openRawClient(url, { origin: A, auth: { member: MEMBER } });
    await openRawClient(url, { origin: A, query: join(), join: false });
    await older.closed();
    expect(counter.total('a.example')).toBe(1);
  });

  it('[P14] may not send a CONNECT as well', async () => {
    const { counter, url } = await startCounter();
    const client = await openRawClient(url, { origin: A, query: join(), join: false });
    client.send('40');
    await client.closed();
    expect(counter.stats().terminated).toEqual({ 'second-connect': 1 });
  });

  it.each([
    ['of a newer version', `join=${PROTOCOL_VERSION + 1}&member=${MEMBER}`],
    ['of no version', `join=&member=${MEMBER}`],
    ['with an invalid member', `join=1&member=${'x'.repeat(65)}`],
    ['with an invalid resume token', join('&resume=a%20b')],
  ])('[P14] %s is not joined, and its CONNECT is answered', async (_name, query) => {
    const { counter, url } = await startCounter();
    const client = await openRawClient(url, { origin: A, query, join: false });
    expect(client.received[0]).not.toContain('joined');
    expect(counter.total('a.example')).toBe(0);
    client.send(`40{"v":${PROTOCOL_VERSION + 1}}`);
    await client.receives(/^44.*"version-unsupported"/);
  });

  it('[P14] of a site that is not listed, or that needs a token, is not joined', async () => {
    const { counter, url } = await startCounter({ sites: [{ name: 'b.example', token: 'secret' }] });
    for (const [origin, auth, answer] of [
      [A, {}, /^44.*"site-not-listed"/],
      ['https://b.example', { member: MEMBER, token: 'secret' }, /^42\["total",1\]/],
    ] as const) {
      const client = await openRawClient(url, { origin, query: join(), join: false });
      expect(client.received[0]).not.toContain('joined');
      client.send(`40${JSON.stringify(auth)}`);
      await client.receives(answer);
    }
    expect(counter.stats().rejected).toEqual({ 'site-not-listed': 1 });
  });

  it('[P14] is not joined by stock Socket.IO, and its CONNECT is answered', async () => {
    const { url } = await startCounter({ engine: 'socket.io' });
    const client = await openRawClient(url, { origin: A, query: join(), join: false });
    expect(client.received[0]).not.toContain('joined');
    client.send('40');
    await client.receives(/^42\["total",1\]/);
  });

  it('[C2] is counted until it leaves, and receives the total when others join', async () => {
    const { counter, url } = await startCounter();
    const client = await openRawClient(url, { origin: A, query: join(), join: false });
    const page = openPage(url, { origin: A });
    await client.receives(/^42\["total",2\]/);
    client.ws.close();
    await vi.waitFor(() => expect(counter.total('a.example')).toBe(1));
    await page.receives(1);
  });
});
