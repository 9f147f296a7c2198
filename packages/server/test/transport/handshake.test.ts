import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, it, onTestFinished, vi } from 'vitest';
import { WebSocket } from 'ws';
import { text } from '@live-online/internal/testing/attacker';
import type { CounterServer } from '../../src/index.ts';
import { inEachEngine } from '../helpers/engines.ts';
import { openPage } from '../helpers/page.ts';
import { openRawClient } from '../helpers/raw-client.ts';
import { sendHttp } from '../helpers/send-http.ts';
import { upgradeRequest } from '../helpers/upgrade.ts';

const A = 'https://a.example';

/** What the counter has made of its clients. */
function outcomeOf(counter: CounterServer) {
  const { connections, rejected, terminated } = counter.stats();
  return { connections, rejected, terminated };
}

inEachEngine('the handshake on the wire', (startCounter, engine) => {
  it('[P1] the open packet has the fields of Engine.IO 4', async () => {
    const { url } = await startCounter();
    const sids = new Set<unknown>();
    for (let client = 0; client < 3; client++) {
      const { received } = await openRawClient(url, { join: false });
      const open = JSON.parse(received[0]!.slice(1)) as { sid: string };
      expect(open).toEqual({
        sid: expect.stringMatching(/^[\w-]{20,}$/),
        upgrades: [],
        pingInterval: 7_500,
        pingTimeout: 5_000,
        maxPayload: 1_000,
      });
      sids.add(open.sid);
    }
    expect(sids.size).toBe(3);
  });

  it('[P4] the answer to a CONNECT has a session id that differs from that of the open packet', async () => {
    const { url } = await startCounter();
    const { received } = await openRawClient(url, { origin: A });
    const [opened, connected] = received.map((message) => /"sid":"([^"]+)"/.exec(message)?.[1]);
    expect(received[1]).toMatch(/^40\{"sid":"[\w-]{20,}"\}$/);
    expect(connected).not.toBe(opened);
  });

  it.each([
    ['no object', '40'],
    ['an empty object', '40{}'],
    ['the name of the main namespace', '40/,'],
    ['both', '40/,{}'],
    ['a version', '40{"v":1}'],
    ['a member', '40{"v":1,"member":"member-0000-0001"}'],
    ['unknown fields', '40{"unknown":[1,{"a":null}],"__proto__":{"v":9}}'],
    ['text beyond ASCII', '40{"unknown":"größer \\ud83d\\ude00 ☃"}'],
  ])('[P4] a CONNECT with %s is answered, and the first total follows', async (_name, packet) => {
    const { counter, url } = await startCounter();
    const raw = await openRawClient(url, { join: false, origin: A });
    raw.send(packet);
    await raw.receives(/^42/);
    expect(raw.received.slice(1)).toEqual([expect.stringMatching(/^40\{"sid":"/), '42["total",1]']);
    expect(counter.total('a.example')).toBe(1);
    expect(outcomeOf(counter)).toEqual({ connections: 1, rejected: {}, terminated: {} });
  });

  it.each([
    ['handshake-invalid', '40{"member":"no spaces please"}'],
    ['handshake-invalid', '40{"v":"1"}'],
    ['version-unsupported', '40{"v":2}'],
    ['site-not-listed', '40'],
  ])('[P5] a CONNECT is rejected with %s: %s', async (code, packet) => {
    const isListed = code !== 'site-not-listed';
    const { counter, url } = await startCounter({ sites: [isListed ? 'a.example' : 'other.example'] });
    const raw = await openRawClient(url, { join: false, origin: A });
    raw.send(packet);
    const rejection = await raw.receives(/^44/);
    const error = { message: expect.stringMatching(/./), data: { code } };
    expect(JSON.parse(rejection.slice(2))).toEqual(error);
    expect(counter.totals()).toEqual(new Map());
    expect(counter.stats()).toMatchObject({ connections: 0, rejected: { [code]: 1 } });
    // It may not try again on the same connection.
    raw.send('40');
    await raw.closed();
    expect(raw.received.filter((message) => message.startsWith('4'))).toEqual([rejection]);
    expect(counter.totals()).toEqual(new Map());
  });

  it.each(['40[]', '40null', '40"text"', '40{', '40/,{}}'])(
    '[P9] %s, a CONNECT whose auth is no object, ends its connection',
    async (packet) => {
      const { counter, url } = await startCounter();
      const raw = await openRawClient(url, { join: false, origin: A });
      raw.send(packet);
      await raw.closed();
      expect(raw.received).toHaveLength(1);
      expect(counter.totals()).toEqual(new Map());
      expect(outcomeOf(counter)).toEqual({ connections: 0, rejected: {}, terminated: {} });
    },
  );

  it('[C11] a WebSocket is accepted as RFC 6455 says, without compression', async () => {
    const { url } = await startCounter();
    const address = `${url.replace('http', 'ws')}socket.io/?EIO=4&transport=websocket`;
    const ws = new WebSocket(address, ['first', 'second'], { perMessageDeflate: true });
    onTestFinished(() => ws.terminate());
    await once(ws, 'open');
    expect(ws.extensions).toBe('');
    // A browser fails the connection if it gets none of those that it asks for.
    expect(ws.protocol).toBe('first');
  });

  // Stock Socket.IO does not read what comes with the request.
  it.runIf(engine === 'lean')(
    '[P4] a CONNECT in one chunk with the request for the upgrade is answered',
    async () => {
      const { counter, port } = await startCounter();
      const socket = connect(port, '127.0.0.1');
      onTestFinished(() => void socket.destroy());
      socket.resume();
      socket.write(Buffer.concat([Buffer.from(upgradeRequest(A)), text('40'), text('42["x"]')]));
      await vi.waitFor(() => expect(counter.stats()).toMatchObject({ connections: 1, ignoredEvents: 1 }));
    },
  );
});

inEachEngine('handshakes that are rejected in HTTP', (startCounter) => {
  const request = upgradeRequest(A);

  it.each([
    ['of Engine.IO 3', request.replace('EIO=4', 'EIO=3')],
    ['without a protocol version', request.replace('EIO=4&', '')],
    ['of polling', request.replace('transport=websocket', 'transport=polling')],
    ['of an unknown transport', request.replace('transport=websocket', 'transport=__proto__')],
    ['without a transport', request.replace('&transport=websocket', '')],
    ['without a query', request.replace(/\?\S+/, '')],
    ['of an unknown session', request.replace('transport=websocket', 'transport=websocket&sid=unknown')],
    ['without a key', request.replace(/Sec-WebSocket-Key.*\r\n/, '')],
    ['with a key of another length', request.replace(/Key: .*\r\n/, 'Key: AAAA\r\n')],
    ['with a malformed protocol', request.replace('\r\n\r\n', '\r\nSec-WebSocket-Protocol: a b\r\n\r\n')],
    ['to something else', request.replace('Upgrade: websocket', 'Upgrade: websockets')],
    ['of an old version of WebSocket', request.replace('Version: 13', 'Version: 7')],
    ['by POST', request.replace('GET', 'POST').replace('Upgrade\r', 'Upgrade, close\r')],
  ])('[C11] one %s is rejected, and keeps no place', async (_name, message) => {
    const { counter, port, url } = await startCounter({ maxConnections: 1 });
    // At once, because some of them wait for the server's deadline.
    const answers = await Promise.all([1, 2, 3].map(() => sendHttp(port, message)));
    for (const answer of answers) expect(answer).toMatch(/^(HTTP\/1\.1 4\d\d |$)/);
    await openPage(url, { origin: A }).receives(1);
    expect(outcomeOf(counter)).toEqual({ connections: 1, rejected: {}, terminated: {} });
  });

  it('[C11] the answer to an old version of WebSocket names those that are supported', async () => {
    const { port } = await startCounter();
    const answer = await sendHttp(port, request.replace('Version: 13', 'Version: 7'));
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain('Sec-WebSocket-Version: 13, 8\r\n');
  });

  it('[C11] a client that leaves during its handshake keeps no place', async () => {
    const { counter, port, url } = await startCounter({ maxConnections: 2 });
    for (const bytes of [request, request.slice(0, -2), Buffer.concat([Buffer.from(request), text('40')])]) {
      for (let attempt = 0; attempt < 5; attempt++) {
        const socket = connect(port, '127.0.0.1');
        socket.on('error', () => {});
        await once(socket, 'connect');
        socket.write(bytes);
        socket.resetAndDestroy();
        await once(socket, 'close');
      }
    }
    await vi.waitFor(async () => {
      const pages = [openPage(url, { origin: A }), openPage(url, { origin: A })];
      await vi.waitFor(() => expect(pages.map(({ totals }) => totals.at(-1))).toEqual([2, 2]), 500);
    });
    expect(counter.totals()).toEqual(new Map([['a.example', 2]]));
  });
});
