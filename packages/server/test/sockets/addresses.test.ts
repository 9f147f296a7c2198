import fc from 'fast-check';
import type { IncomingMessage } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { FUZZ_TIMEOUT_MS, fuzzParameters } from '../../../../tests/helpers/fuzz.ts';
import { createResolvedServer } from '../../src/create-counter-server.ts';
import { readAddress } from '../../src/io/admission/client-address.ts';
import { resolveServerOptions } from '../../src/options/resolve-options.ts';
import { startCounter } from '../helpers/counter.ts';
import { upgrade } from '../helpers/upgrade.ts';

const A = 'https://a.example';

/** A counter that holds each address to one connection, behind a proxy on this machine. */
async function startBehindProxy(trustProxy: string[] | number = ['loopback']) {
  const { counter, port } = await startCounter({ maxPerAddress: 1, trustProxy });
  /** Connects with these X-Forwarded-For headers, a line each. */
  const isIn = async (...lines: string[]): Promise<boolean> => {
    const { status } = await upgrade(
      port,
      A,
      lines.map((line) => `X-Forwarded-For: ${line}`),
    );
    return status === 101;
  };
  return { counter, isIn };
}

describe('X-Forwarded-For', () => {
  it('[C11] [SEC22] of an untrusted peer is ignored', async () => {
    const { port } = await startCounter({ maxPerAddress: 1 });
    expect((await upgrade(port, A, ['X-Forwarded-For: 203.0.113.1'])).status).toBe(101);
    expect((await upgrade(port, A, ['X-Forwarded-For: 203.0.113.2'])).status).not.toBe(101);
  });

  it('[C11] of a trusted proxy is used, up to the first untrusted address', async () => {
    const { isIn } = await startBehindProxy();
    expect(await isIn('203.0.113.1')).toBe(true);
    expect(await isIn('203.0.113.2')).toBe(true);
    expect(await isIn('198.51.100.9, 203.0.113.2')).toBe(false);
    expect(await isIn('2001:db8:1:2:3::1')).toBe(true);
    // The rest of a /64 belongs to the same customer.
    expect(await isIn('2001:db8:1:2:4::1')).toBe(false);
    expect(await isIn('2001:db8:1:3::1')).toBe(true);
    // Other notations of an address are the same address.
    expect(await isIn('::ffff:203.0.113.1')).toBe(false);
    expect(await isIn('::ffff:cb00:7101')).toBe(false);
    expect(await isIn('fe80::1%eth0.1')).toBe(true);
    expect(await isIn('fe80::2%eth1')).toBe(false);
  });

  it('[C11] in several lines is one list, whose empty elements are ignored', async () => {
    const { isIn } = await startBehindProxy();
    expect(await isIn('198.51.100.9', '203.0.113.1')).toBe(true);
    expect(await isIn('203.0.113.1')).toBe(false);
    expect(await isIn('203.0.113.1, ,', ' ', ',')).toBe(false);
    // With nothing in it at all, it is the proxy's own connection.
    expect(await isIn(', ,')).toBe(true);
    expect(await isIn()).toBe(false);
  });
});

describe('addresses with a port, in brackets, unreadable', () => {
  it.each([
    ['203.0.113.1', ['203.0.113.1:1234', '203.0.113.1:80', '[::ffff:203.0.113.1]:443', '203.0.113.1']],
    ['2001:db8::1', ['[2001:db8::1]', '[2001:db8::1]:443', '[2001:db8::2]:1', '2001:db8::3']],
    ['fe80::1%eth0', ['[fe80::1%eth0]:443', '[fe80::1]']],
  ])('[C11] %s is parsed in every notation', async (address, notations) => {
    const { isIn } = await startBehindProxy();
    // The proxy itself, and what cannot be read, have places of their own.
    expect([await isIn(), await isIn('unknown')]).toEqual([true, true]);
    expect(await isIn(address)).toBe(true);
    for (const notation of notations) expect(await isIn(notation), notation).toBe(false);
  });

  it('[C11] [SEC22] all that is no address counts as one address', async () => {
    const { counter, isIn } = await startBehindProxy();
    const limits: unknown[] = [];
    counter.on('limit', (details) => limits.push(details));
    expect(await isIn()).toBe(true);
    expect(await isIn('unknown')).toBe(true);
    for (const address of INVALID) expect(await isIn(address), address).toBe(false);
    expect(await isIn('203.0.113.1')).toBe(true);
    expect(limits).toEqual([{ limit: 'maxPerAddress', address: 'unreadable' }]);
    expect(counter.stats().rejected).toEqual({ maxPerAddress: INVALID.length });
  });

  it('[C11] a default limit holds for what is no address, and not for this machine', async () => {
    const { limits, ...options } = resolveServerOptions({
      host: '127.0.0.1',
      port: 0,
      trustProxy: ['loopback'],
    });
    // The default, only smaller.
    const counter = createResolvedServer({ ...options, limits: { ...limits, maxPerAddress: 20 } });
    onTestFinished(() => counter.close());
    const { port } = await counter.listen();
    const isIn = async (...headers: string[]) => (await upgrade(port, A, headers)).status === 101;
    const unreadable = Array.from({ length: 30 }, (_, i) => isIn(`X-Forwarded-For: unknown${i}`));
    expect((await Promise.all(unreadable)).filter(Boolean)).toHaveLength(20);
    expect(counter.stats().rejected).toEqual({ maxPerAddress: 10 });
    const local = await Promise.all(Array.from({ length: 30 }, () => isIn()));
    expect([...local, await isIn('X-Forwarded-For: 203.0.113.1:1')]).not.toContain(false);
  });

  it('[C11] [SEC22] a trusted entry with a port is skipped', async () => {
    const { isIn } = await startBehindProxy(['loopback', '10.0.0.0/8', 'fd00::/8']);
    expect(await isIn('203.0.113.1, 10.0.0.9:443')).toBe(true);
    expect(await isIn('203.0.113.1:5, [fd00::1]:443, 10.0.0.9:80')).toBe(false);
    expect(await isIn('203.0.113.1, [::ffff:10.0.0.8]:443')).toBe(false);
    // A client behind an entry that cannot be parsed may write any entries before it.
    expect(await isIn('203.0.113.2, unknown, 10.0.0.9')).toBe(true);
    expect(await isIn('203.0.113.3, _hidden')).toBe(false);
  });

  it('[C11] a number of proxies counts entries, whether they can be read or not', async () => {
    const { isIn } = await startBehindProxy(2);
    expect(await isIn('198.51.100.9, 203.0.113.1:5, unknown')).toBe(true);
    expect(await isIn('203.0.113.1, 10.0.0.9')).toBe(false);
    expect(await isIn('203.0.113.2, unknown, 10.0.0.9')).toBe(true);
    expect(await isIn('203.0.113.2, _hidden, 10.0.0.8')).toBe(false);
  });

  it('[C11] [SEC22] any header results in a short address that counts', { timeout: FUZZ_TIMEOUT_MS }, () => {
    const piece = fc.constantFrom(
      '::',
      ':',
      '1.2.3.4',
      'ffff',
      '0',
      '[',
      ']',
      '%',
      '%25',
      '.',
      '64:ff9b::',
      ' ',
      '\t',
    );
    const entry = fc.oneof(
      fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join('')),
      fc.ipV6(),
      fc.string(),
    );
    const isLoopbackOrList = (text: string): boolean =>
      /\b127\.|(0*:)+0*1\b|:7f[\da-f]{2}:|^[\s,]*$|,/i.test(text);
    fc.assert(
      fc.property(entry, fc.nat({ max: 70_000 }), (text, port) => {
        const all = [text, `${text}:${port}`, `[${text}]:${port}`];
        for (const forwarded of all.filter((one) => !isLoopbackOrList(one))) {
          const request = { headers: { 'x-forwarded-for': forwarded }, socket: { remoteAddress: '::1' } };
          const address = readAddress(
            request as unknown as IncomingMessage,
            (_address, hop) => hop < 1,
            false,
          );
          expect(address).toMatch(/^(unreadable|[\d.]{7,15}|[\da-f:]+\/64)$/);
        }
      }),
      fuzzParameters(500),
    );
  });

  it('[C11] a client on a Unix socket is on this machine, and may be a proxy', () => {
    const trusted = resolveServerOptions({ trustProxy: ['loopback'] }).trustsProxy;
    const read = (forwarded: string | undefined, countLoopback: boolean) => {
      const request = { headers: { 'x-forwarded-for': forwarded }, socket: { remoteAddress: undefined } };
      return readAddress(request as unknown as IncomingMessage, trusted, countLoopback);
    };
    expect(read('203.0.113.1:80', false)).toBe('203.0.113.1');
    expect(read(undefined, false)).toBeUndefined();
    expect(read(undefined, true)).toBe('127.0.0.1');
  });
});

const INVALID = [
  'invalid',
  '__proto__',
  '1',
  '0x7f',
  '0x7f.0.0.1',
  '256.1.1.1',
  '::ffff:999.1.1.1',
  '203.0.113.1:',
  '203.0.113.1:http',
  '[203.0.113.1',
  '2001:db8::1]:80',
  '[]:80',
  '203.0.113.1 203.0.113.2',
  '"203.0.113.1"',
  'for=203.0.113.1',
  // An address for Node, and none for the library that reads it.
  '::1.2.3.4',
  '1'.repeat(5_000),
];
