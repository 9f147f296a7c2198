import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { frame, openAttacker, opcodes, text } from '@live-online/internal/testing/attacker';
import { startEngine, type StartedCounter } from '../helpers/engines.ts';
import { openPage } from '../helpers/page.ts';
import { readServerFrames } from '../helpers/server-frames.ts';
import { startTarget } from '../helpers/target.ts';

const MAX_URL = 2_048;
const MEMBER = 'member-0000-0001';
const ORIGIN = 'https://attacker.example';

const SOCKET_PATH = '/socket.io/';

/** In this process, because most of these tests are about single requests. */
let attacked: StartedCounter;
beforeEach(async () => {
  attacked = await startEngine('lean', { decreaseDelayMs: 0, minUpdateIntervalMs: 10 });
});

const path = (query: string): string => `${SOCKET_PATH}?EIO=4&transport=websocket&${query}`;
const requestOf = (url: string): string =>
  [
    `GET ${url} HTTP/1.1`,
    'Host: x',
    `Origin: ${ORIGIN}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
    '\r\n',
  ].join('\r\n');

/** Sends the request of an upgrade, and what follows it, in one write. */
async function send(url: string, after: Buffer = Buffer.alloc(0)) {
  const socket = connect(attacked.port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => {});
  let received = '';
  let isClosed = false;
  socket.on('data', (chunk) => (received += chunk.toString('latin1')));
  socket.on('close', () => (isClosed = true));
  socket.write(Buffer.concat([Buffer.from(requestOf(url), 'latin1'), after]));
  await vi.waitFor(() => expect(isClosed || /^HTTP\/1\.1 (?!101)|\r\n\r\n.*0\{/s.test(received)).toBe(true), {
    interval: 2,
  });
  return { socket, received: () => received, isClosed: () => isClosed };
}

const totals = (): Record<string, number> => Object.fromEntries(attacked.counter.totals());
const isEmpty = (): Promise<void> => vi.waitFor(() => expect(totals()).toEqual({}), { interval: 2 });

describe('a handshake in the query that no client of ours sends', () => {
  it.each([
    ['another version', `join=2&member=${MEMBER}`],
    ['no version', `join=&member=${MEMBER}`],
    ['a negative version', `join=-1&member=${MEMBER}`],
    ['a fraction as its version', `join=1.5&member=${MEMBER}`],
    ['an infinite version', `join=Infinity&member=${MEMBER}`],
    ['a version past all integers', `join=9007199254740993&member=${MEMBER}`],
    ['text as its version', `join=__proto__&member=${MEMBER}`],
    ['a repeated version, of which one is wrong', `join=2&join=1&member=${MEMBER}`],
    ['a member that is too long', `join=1&member=${'x'.repeat(65)}`],
    ['a member that is too short', 'join=1&member=x'],
    ['an empty member', 'join=1&member='],
    ['a member with NUL and bytes that are no UTF-8', 'join=1&member=abcdefgh%00%ff%fe'],
    ['a member with half a surrogate', 'join=1&member=abcdefgh%ed%a0%80'],
    ['a member with escapes that are none', 'join=1&member=abcdefgh%zz%u0041%'],
    ['a member with line breaks', 'join=1&member=abcdefgh%0d%0aSet-Cookie:%20a=b'],
    ['a member with spaces', 'join=1&member=abcd+efgh'],
    ['a member beyond ASCII', 'join=1&member=%D0%B0bcdefgh'],
    ['a resume token that is too long', `join=1&member=${MEMBER}&resume=${'x'.repeat(65)}`],
    ['an empty resume token', `join=1&member=${MEMBER}&resume=`],
    ['a resume token that is a path', `join=1&member=${MEMBER}&resume=../../etc/passwd`],
    ['a repeated resume token, of which one is wrong', `join=1&member=${MEMBER}&resume=%20&resume=a.1`],
  ])('[P14] [SEC13] with %s is not joined, and its CONNECT is answered', async (_name, query) => {
    const client = await send(path(query));
    expect(client.received()).toMatch(/^HTTP\/1\.1 101 /);
    expect(client.received()).not.toContain('"joined"');
    expect(totals()).toEqual({});
    client.socket.write(text('40'));
    await vi.waitFor(() => expect(client.received()).toContain('42["total",1]'), { interval: 2 });
    client.socket.destroy();
    await isEmpty();
  });

  it.each([
    ['names of Object.prototype', ['__proto__', 'constructor', 'toString', 'hasOwnProperty']],
    ['members of all lengths', ['x'.repeat(8), 'x'.repeat(9), 'x'.repeat(64)]],
  ])('[C7] [SEC13] %s are members like any other', async (_name, members) => {
    const clients = [];
    for (const member of members) {
      clients.push(await send(path(`join=1&member=${member}&${member}=1&__proto__=2`)));
      expect(clients.at(-1)!.received()).toContain('"joined":true');
    }
    expect(totals()).toEqual({ 'attacker.example': members.length });
    for (const { socket } of clients) socket.destroy();
    await isEmpty();
  });

  it('[P14] the first one of repeated parameters is used', async () => {
    const member = (count: number): string =>
      Array.from({ length: count }, () => `member=${MEMBER}`).join('&');
    const client = await send(path(`join=1&join=1&${member(60)}&member=%00`));
    const again = await send(path(`join=1&${member(1)}&member=another-member`));
    expect(client.received()).toContain('"joined":true');
    expect(again.received()).toContain('"joined":true');
    expect(totals()).toEqual({ 'attacker.example': 1 });
    for (const { socket } of [client, again]) socket.destroy();
    await isEmpty();
  });

  it.each([
    ['long parameters', (length: number) => `a=${'%41'.repeat(length)}`],
    ['many parameters', (length: number) => 'a&'.repeat(length)],
    ['many empty parameters', (length: number) => '&'.repeat(length)],
    ['many members', (length: number) => `member=${MEMBER}&`.repeat(length)],
    ['a long resume token', (length: number) => `resume=${'.'.repeat(length)}`],
  ])('[C11] a URL of %s may have 2,048 characters, and not one more', async (_name, more) => {
    const url = path(`join=1&member=${MEMBER}&${more(MAX_URL)}`);
    const longest = await send(url.slice(0, MAX_URL));
    expect(longest.received()).toMatch(/^HTTP\/1\.1 101 /);
    longest.socket.destroy();
    expect((await send(url.slice(0, MAX_URL + 1))).received()).toMatch(/^HTTP\/1\.1 414 /);
    await isEmpty();
  });
});

describe('clients that are joined at once', () => {
  it.each([
    ['a CONNECT', text('40'), 'second-connect'],
    ['a CONNECT to another namespace', text('40/x,'), 'second-connect'],
    ['pings', Buffer.concat(Array.from({ length: 5_000 }, () => frame(opcodes.ping))), 'too-many-packets'],
    ['heartbeats', Buffer.concat(Array.from({ length: 5_000 }, () => text('3'))), 'too-many-packets'],
    ['a malformed frame', frame(3), 'malformed-frame'],
  ])('[C11] %s in the chunk of the request ends the connection', async (_name, after, reason) => {
    const client = await send(path(`join=1&member=${MEMBER}`), after);
    await vi.waitFor(() => expect(client.isClosed()).toBe(true), { interval: 2 });
    await isEmpty();
    expect(attacked.counter.stats().terminated[reason]).toBe(1);
  });

  it('[C11] an event in the chunk of the request is ignored and counted, and a disconnect leaves', async () => {
    const client = await send(path(`join=1&member=${MEMBER}`), Buffer.concat([text('42["x"]'), text('41')]));
    await vi.waitFor(() => expect(attacked.counter.stats().ignoredEvents).toBe(1), { interval: 2 });
    await isEmpty();
    const { texts } = readServerFrames(client.received());
    expect(texts.slice(1)).toEqual([expect.stringMatching(/^40\{/), '42["total",1]']);
    client.socket.destroy();
  });

  it('[C7, C11] one member that joins again and again counts once', async () => {
    const { counter, port, url } = attacked;
    const bystander = openPage(url, { origin: ORIGIN });
    await bystander.receives(1);
    const query = `&join=1&member=${MEMBER}`;
    for (let round = 0; round < 5; round++) {
      const attempt = () => openAttacker({ port, socketPath: SOCKET_PATH, connect: undefined, query });
      const attackers = await Promise.all(Array.from({ length: 20 }, attempt));
      expect(totals()).toEqual({ 'attacker.example': 2 });
      for (const { socket } of attackers) socket.destroy();
    }
    await bystander.receives(1);
    await vi.waitFor(() => expect(counter.stats().connections).toBe(1));
  });

  it('[C11] [SEC3] clients that join at once and vanish at once leave nothing behind', async () => {
    const target = await startTarget('own', { decreaseDelayMs: 0, minUpdateIntervalMs: 10 });
    onTestFinished(() => target.close());
    await target.expectToServe();
    const before = target.measure();
    for (let round = 0; round < 4; round++) {
      const attempts = Array.from({ length: 200 }, async (_, index) => {
        const socket = connect(target.port, '127.0.0.1');
        socket.on('error', () => {});
        await once(socket, 'connect');
        socket.write(requestOf(path(`join=1&member=${randomUUID()}`)));
        // Some vanish before they are answered.
        if (index % 2 === 0) await once(socket, 'data');
        socket.resetAndDestroy();
      });
      await Promise.all(attempts);
    }
    const { descriptors, mib } = before;
    await vi.waitFor(() => expect(target.measure().descriptors).toBeLessThanOrEqual(descriptors), 10_000);
    await vi.waitFor(async () => {
      const { totals: left, stats } = await target.ask();
      expect([left, stats.connections]).toEqual([{}, 0]);
    });
    expect(target.measure().mib - mib, 'MiB more').toBeLessThan(32);
    await target.expectToServe();
  });
});
