import { expect, it, vi } from 'vitest';
import { limits } from '@live-online/protocol';
import { frame, openAttacker, opcodes, text, type Attacker } from '@live-online/internal/testing/attacker';
import { inEachEngine, type StartCounter } from '../helpers/engines.ts';
import { openPage } from '../helpers/page.ts';

const origin = 'https://a.example';
/** Of a client's empty mask. */
const MASK = [0, 0, 0, 0];
const EVENT = '42["x"]';
const longEvent = (bytes: number): string => `42["${'x'.repeat(bytes - 6)}"]`;

/** A message in as many fragments. */
function fragments(message: string, count: number): Buffer {
  const size = Math.ceil(message.length / count);
  const parts = Array.from({ length: count }, (_, index) =>
    frame(
      index === 0 ? opcodes.text : opcodes.continuation,
      message.slice(index * size, (index + 1) * size),
      index === count - 1,
    ),
  );
  return Buffer.concat(parts);
}

/** A counter with a page, and a client that has joined and reads. */
async function startAttacked(startCounter: StartCounter) {
  const { counter, url, port } = await startCounter({ decreaseDelayMs: 0, minUpdateIntervalMs: 10 });
  const bystander = openPage(url, { origin });
  await bystander.receives(1);
  const attacker = await openAttacker({ port, socketPath: '/socket.io/', origin, reads: true });
  await bystander.receives(2);
  let isClosed = false;
  attacker.socket.on('close', () => (isClosed = true));
  return { counter, bystander, attacker, isClosed: () => isClosed };
}

/** What the client has received since `before` bytes. */
const since = ({ received }: Attacker, before: number): string => received().slice(before);

inEachEngine('frames', (startCounter) => {
  it.each([
    ['in one frame', text(EVENT)],
    [`of ${limits.maxClientMessageBytes} bytes`, text(longEvent(limits.maxClientMessageBytes))],
    ['in eight fragments', fragments(EVENT, 8)],
    [
      'in fragments around a pong',
      Buffer.concat([
        frame(opcodes.text, '42["', false),
        frame(opcodes.pong),
        frame(opcodes.continuation, 'x"]'),
      ]),
    ],
  ])('[C11] an event %s is ignored and counted', async (_name, bytes) => {
    const { counter, attacker, isClosed } = await startAttacked(startCounter);
    attacker.socket.write(bytes);
    await vi.waitFor(() => expect(counter.stats().ignoredEvents).toBe(1));
    expect(isClosed()).toBe(false);
    expect(counter.stats()).toMatchObject({ connections: 2, malformedPackets: 0 });
    expect(counter.stats().terminated).toEqual({});
  });

  it('[C11] frames are read whatever the chunks that they arrive in', async () => {
    const { counter, attacker } = await startAttacked(startCounter);
    attacker.socket.setNoDelay(true);
    for (const byte of text(EVENT)) {
      await new Promise((done) => attacker.socket.write(Buffer.from([byte]), done));
    }
    await vi.waitFor(() => expect(counter.stats().ignoredEvents).toBe(1));
    attacker.socket.write(Buffer.concat([text(EVENT), text('3'), text(EVENT), text(EVENT)]));
    await vi.waitFor(() => expect(counter.stats().ignoredEvents).toBe(4));
  });

  it('[C11] a ping gets a pong with its payload, and a pong gets nothing', async () => {
    const { attacker } = await startAttacked(startCounter);
    const before = attacker.received().length;
    attacker.socket.write(Buffer.concat([frame(opcodes.pong, 'pong'), frame(opcodes.ping, 'are you there')]));
    await vi.waitFor(() => expect(since(attacker, before)).toBe('\x8a\x0dare you there'));
  });

  it.each([
    ['without a mask', Buffer.from([0x81, 1, 0x33])],
    ['with a reserved bit', Buffer.from([0xc1, 0x81, ...MASK, 0x33])],
    ['with an unknown opcode', frame(3)],
    ['with an unknown control opcode', frame(11)],
    ['that continues nothing', frame(opcodes.continuation, 'x')],
    [
      'that begins a message within another',
      Buffer.concat([frame(opcodes.text, '4', false), frame(opcodes.text, '3')]),
    ],
    ['that is a ping in fragments', frame(opcodes.ping, 'x', false)],
    ['that is a ping of 126 bytes', frame(opcodes.ping, 'x'.repeat(126))],
    ['that is a close with half a code', frame(opcodes.close, 'x')],
    ['that is a close with a reserved code', frame(opcodes.close, Buffer.from([0x03, 0xed]))],
    ['that is a close with a reason that is no UTF-8', frame(opcodes.close, Buffer.from([3, 0xe8, 0xff]))],
    ['that is no UTF-8', frame(opcodes.text, Buffer.from([0x34, 0x32, 0xff, 0xfe]))],
    ['that announces more than 4 GB', Buffer.from([0x81, 0xff, 0, 0, 0, 9, 0, 0, 0, 0, ...MASK])],
    [
      'that announces more than integers hold',
      Buffer.from([0x81, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, ...MASK]),
    ],
    [
      `of ${limits.maxClientMessageBytes + 1} bytes`,
      frame(opcodes.text, longEvent(limits.maxClientMessageBytes + 1)),
    ],
    [
      'that makes a message too large',
      Buffer.concat([
        frame(opcodes.text, `42["${'x'.repeat(600)}`, false),
        frame(opcodes.continuation, 'x'.repeat(600)),
      ]),
    ],
    ['that is the ninth fragment', fragments(`42["${'x'.repeat(20)}"]`, 9)],
  ])('[C11] one %s ends its connection and no other, and is counted', async (_name, bytes) => {
    const { counter, attacker, bystander, isClosed } = await startAttacked(startCounter);
    attacker.socket.write(bytes);
    await vi.waitFor(() => expect(isClosed()).toBe(true));
    await bystander.receives(1);
    expect(counter.stats()).toMatchObject({
      connections: 1,
      ignoredEvents: 0,
      malformedPackets: 0,
      terminated: { 'malformed-frame': 1 },
    });
    expect(bystander.socket.connected).toBe(true);
  });

  it.each([
    ['bytes', frame(opcodes.binary, Buffer.from([4, 0, 255]))],
    ['a packet in bytes', frame(opcodes.binary, '42["x"]')],
    ['nothing', frame(opcodes.binary)],
    ['bytes in Base64', text('bAAAA')],
    ['an empty text', text('')],
  ])('[C11] a message of %s ends its connection and no other', async (_name, bytes) => {
    const { counter, attacker, bystander, isClosed } = await startAttacked(startCounter);
    attacker.socket.write(bytes);
    await bystander.receives(1);
    attacker.socket.destroy();
    await vi.waitFor(() => expect(isClosed()).toBe(true));
    expect(counter.stats().connections).toBe(1);
    expect(counter.stats().terminated).toEqual({});
    expect(bystander.socket.connected).toBe(true);
  });

  it('[C11] [SEC9] a client may send 20 packets at once, and a few more end its connection', async () => {
    const { counter, attacker, bystander, isClosed } = await startAttacked(startCounter);
    // The CONNECT was the first one.
    attacker.socket.write(Buffer.concat(Array.from({ length: 19 }, () => text('3'))));
    attacker.socket.write(text(EVENT));
    await vi.waitFor(() => expect(counter.stats().ignoredEvents + (isClosed() ? 1 : 0)).toBe(1));
    attacker.socket.write(Buffer.concat(Array.from({ length: 20 }, () => text('3'))));
    await vi.waitFor(() => expect(isClosed()).toBe(true));
    await bystander.receives(1);
    expect(counter.stats().terminated).toEqual({ 'too-many-packets': 1 });
  });
});
