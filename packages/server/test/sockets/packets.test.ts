import { expect, it, vi } from 'vitest';
import { limits } from '@live-online/protocol';
import { inEachEngine } from '../helpers/engines.ts';
import { openPage } from '../helpers/page.ts';
import { openRawClient } from '../helpers/raw-client.ts';

const A = 'https://a.example';

inEachEngine('packets of clients', (startCounter) => {
  it.each([
    ['a binary packet without attachments', '450-["a"]'],
    ['a binary packet with too many attachments', '4511-["a",{"_placeholder":true,"num":0}]'],
    ['an event without a name', '42[null]'],
    ['an event named by an object', '42[{"a":1}]'],
    ['an event that is no JSON', '42["total",'],
    ['an unknown packet type', '49'],
    ['an unknown Engine.IO packet', 'x'],
    ['a CONNECT_ERROR', '44{"message":"x"}'],
    ['a ping of Engine.IO', '2'],
    ['an empty message of Engine.IO', '4'],
    ['a packet larger than a client needs', `42["a","${'x'.repeat(limits.maxClientMessageBytes)}"]`],
    ['a second CONNECT', '40'],
  ])('[C11] [SEC10] %s ends its own connection and no other', async (_name, packet) => {
    const { counter, url } = await startCounter({ decreaseDelayMs: 0, minUpdateIntervalMs: 10 });
    const bystander = openPage(url, { origin: A });
    await bystander.receives(1);
    const sender = await openRawClient(url, { origin: A });
    await bystander.receives(2);
    sender.send(packet);
    await sender.closed();
    await vi.waitFor(() => expect(counter.total('a.example')).toBe(1));
    await bystander.receives(1);
    expect(bystander.socket.connected).toBe(true);
  });

  it.each([
    ['an event named "error"', '42["error"]'],
    ['an event named as the server’s own', '42["total",9]'],
    ['an event that asks for an answer', '421["hello",{"a":1}]'],
    ['an event of another name', '42["anything",1,2,3]'],
  ])('[C11] %s is ignored and counted', async (_name, packet) => {
    const { counter, url } = await startCounter();
    const sender = await openRawClient(url, { origin: A });
    sender.send(packet);
    await vi.waitFor(() => expect(counter.stats().ignoredEvents).toBe(1));
    await openPage(url, { origin: A }).receives(2);
    await sender.receives(/^42\["total",2\]$/);
    expect(sender.received.filter((message) => message.startsWith('43'))).toEqual([]);
  });

  it('[C11] counts malformed packets', async () => {
    const { counter, url } = await startCounter();
    const sender = await openRawClient(url, { origin: A });
    sender.send('42[null]');
    await sender.closed();
    expect(counter.stats().malformedPackets).toBe(1);
  });

  it.each(['40/made-up,', '40/__proto__,', '40/', '40/?a=b,'])(
    '[P9] %s, a CONNECT to another namespace, ends its connection',
    async (packet) => {
      const { counter, url } = await startCounter();
      const raw = await openRawClient(url, { join: false });
      raw.send(packet);
      await raw.closed();
      expect(counter.totals()).toEqual(new Map());
      expect(counter.stats().terminated).toEqual({ 'second-connect': 1 });
    },
  );

  it('[P9] a CONNECT may name the main namespace', async () => {
    const { url } = await startCounter();
    const raw = await openRawClient(url, { join: false });
    raw.send('40/,{}');
    await raw.receives(/^42\["total",1\]$/);
  });

  it('[P4] a handshake that breaks the protocol is rejected with a code', async () => {
    const { counter, url } = await startCounter();
    const rejection = await openPage(url, { origin: A, auth: { member: 'no spaces please' } }).rejection();
    expect(rejection.data).toEqual({ code: 'handshake-invalid' });
    expect(rejection.message).toMatch(/^member must be/);
    expect(counter.totals()).toEqual(new Map());
  });

  it('[P8] a client of a newer protocol is rejected with a code', async () => {
    const { url } = await startCounter();
    const rejection = await openPage(url, { origin: A, auth: { v: 2 } }).rejection();
    expect(rejection.data).toEqual({ code: 'version-unsupported' });
  });
});
