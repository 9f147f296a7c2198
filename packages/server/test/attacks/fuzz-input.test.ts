import type { IncomingMessage } from 'node:http';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isIdentifier, isTabs, parseHandshake, limits } from '@live-online/protocol';
import { FUZZ_TIMEOUT_MS, fuzzParameters } from '../../../../tests/helpers/fuzz.ts';
import { formatResumeToken, parseResumeToken } from '../../src/core/resume-token.ts';
import { siteOf } from '../../src/core/site.ts';
import { readAddress } from '../../src/io/admission/client-address.ts';
import { readPageHeaders } from '../../src/io/admission/page-headers.ts';
import { readHandshake, readSid } from '../../src/io/events/read-query.ts';
import { readPacket, type PacketState } from '../../src/io/lean/packet-reader.ts';
import { readQuery } from '../../src/io/lean/query.ts';
import { readWebSocketHandshake } from '../../src/io/lean/web-socket-handshake.ts';
import { resolveServerOptions } from '../../src/options/resolve-options.ts';

const timeout = FUZZ_TIMEOUT_MS;
const fuzz = fuzzParameters(10_000, 5_000);

/** Names that mean something to objects, and values that parsers have taken for something else. */
const oddText = fc.constantFrom(
  '__proto__',
  'constructor',
  'toString',
  'valueOf',
  'hasOwnProperty',
  'null',
  'undefined',
  'NaN',
  '-0',
  '1e309',
  '9007199254740993',
  '0x10',
  ' 1',
  '\0',
  '\r\n',
  '%00',
  '%ff',
  '%',
  '\ud800',
  '../..',
  '٣',
);
const anyText = fc.oneof(
  { weight: 3, arbitrary: oddText },
  { weight: 2, arbitrary: fc.string({ maxLength: 80 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 80 }) },
  { weight: 2, arbitrary: fc.stringMatching(/^[\w.-]{1,70}$/) },
);

/** Requests as the parsers see them. */
const requestOf = (url: string, headers: Record<string, string> = {}, remoteAddress = '127.0.0.1') =>
  ({ url, headers, method: 'GET', socket: { remoteAddress } }) as unknown as IncomingMessage;

describe('fuzzed input', () => {
  it(
    '[P4] [SEC13] any JSON in a handshake is accepted with valid fields, or rejected with a code',
    { timeout },
    () => {
      const value = fc.oneof(anyText, fc.jsonValue({ maxDepth: 3 }), fc.integer(), fc.double());
      const field = fc.constantFrom(
        'v',
        'member',
        'token',
        'resume',
        'page',
        'tabs',
        '__proto__',
        'constructor',
      );
      const auth = fc.oneof(
        { weight: 5, arbitrary: fc.array(fc.tuple(field, value), { maxLength: 7 }) },
        { weight: 1, arbitrary: fc.jsonValue() },
      );
      fc.assert(
        fc.property(auth, (given) => {
          const isFields =
            Array.isArray(given) && given.every((one) => Array.isArray(one) && one.length === 2);
          const json = isFields
            ? `{${(given as [unknown, unknown][]).map(([name, one]) => `${JSON.stringify(String(name))}:${JSON.stringify(one) ?? 'null'}`).join()}}`
            : JSON.stringify(given);
          const result = parseHandshake(JSON.parse(json));
          expect(({} as Record<string, unknown>)['member']).toBeUndefined();
          if (!result.ok) {
            expect(result.code).toMatch(/^(handshake-invalid|version-unsupported)$/);
            return;
          }
          const {
            v = 1,
            member = 'abcdefgh',
            resume = 'a',
            token = 'a',
            page = '/',
            tabs = 1,
            ...rest
          } = result.handshake;
          expect(rest).toEqual({});
          expect(v).toBe(1);
          expect(member).toMatch(/^[\w-]{8,64}$/);
          expect(isIdentifier(resume) && isTabs(tabs)).toBe(true);
          expect(token.length).toBeLessThanOrEqual(limits.maxTokenLength);
          expect(page).toMatch(/^\/[!-~]{0,255}$/);
        }),
        fuzz,
      );
    },
  );

  const pair = fc.tuple(
    fc.oneof(
      {
        weight: 8,
        arbitrary: fc.constantFrom(
          'EIO',
          'transport',
          'sid',
          'join',
          'member',
          'resume',
          'page',
          'tabs',
          'token',
          'v',
          't',
        ),
      },
      { weight: 1, arbitrary: anyText },
    ),
    fc.constantFrom('=', '=', '=', '', '==', '[]=', '%3d'),
    fc.oneof(anyText, fc.constantFrom('4', '1', 'websocket', 'polling', 'member-0000-0001', '%2Fblog', '12')),
  );
  const query = fc
    .tuple(
      fc.constantFrom('EIO=4&transport=websocket&', 'EIO=4&transport=websocket&join=1&', ''),
      fc.array(pair, { maxLength: 9 }),
    )
    .map(([start, pairs]) => start + pairs.map((parts) => parts.join('')).join('&'));

  it(
    '[P14] [SEC13] any query of a WebSocket is a handshake or a problem, and the guard takes any handshake',
    { timeout },
    () => {
      fc.assert(
        fc.property(query, (text) => {
          const { problem, handshake } = readQuery(`/socket.io/?${text}`);
          if (problem !== undefined) {
            expect(handshake).toBeUndefined();
            return;
          }
          expect(parseHandshake(handshake)).toHaveProperty('ok');
        }),
        fuzz,
      );
    },
  );

  it(
    '[P16] [SEC14] any address and any header of a stream is a handshake that the guard takes',
    { timeout },
    () => {
      fc.assert(
        fc.property(query, fc.option(anyText), (text, last) => {
          const request = requestOf(`/events?${text}`, last === null ? {} : { 'last-event-id': last });
          expect(parseHandshake(readHandshake(request))).toHaveProperty('ok');
          const sid = readSid(request);
          expect(sid === undefined || sid.length <= 64).toBe(true);
        }),
        fuzz,
      );
    },
  );

  it(
    '[C1] [SEC1] any Origin, Referer and Host is one site, as a key of 253 characters at most, or no valid Origin',
    { timeout },
    () => {
      const host = fc.oneof(
        anyText,
        fc.domain(),
        fc.ipV4(),
        fc.ipV6().map((address) => `[${address}]`),
      );
      const address = fc
        .tuple(
          fc.constantFrom('http://', 'https://', 'file://', 'null', '', '//', 'https:/', 'HTTPS://'),
          host,
          fc.constantFrom('', ':80', ':99999', ':x', '.', '..', '/', '/a?b#c', '@x', '\\x'),
        )
        .map((parts) => parts.join(''));
      const header = fc.option(address, { nil: undefined, freq: 4 });
      fc.assert(
        fc.property(header, header, header, (origin, referer, hostHeader) => {
          const headers = Object.entries({
            origin,
            referer,
            host: hostHeader,
            'sec-fetch-site': 'same-origin',
          });
          const given = Object.fromEntries(
            headers.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
          );
          const site = siteOf(readPageHeaders(requestOf('/', given)));
          if (site === undefined) return;
          expect(site).toMatch(/^[^\s/?#@\\A-Z]{1,253}$/);
        }),
        fuzz,
      );
    },
  );

  it(
    '[C11] [SEC22] any X-Forwarded-For is an address, a /64 network or the shared address',
    { timeout },
    () => {
      const piece = fc.constantFrom(
        '::',
        ':',
        '1.2.3.4',
        '203.0.113.9',
        'ffff',
        '0',
        '[',
        ']',
        '%',
        '.',
        '64:ff9b::',
        '::ffff:',
        ' ',
        '\t',
        ':80',
        '/24',
      );
      const entry = fc.oneof(
        fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join('')),
        fc.ipV4Extended(),
        fc.ipV6(),
        anyText,
      );
      const forwarded = fc.array(entry, { maxLength: 5 }).map((entries) => entries.join(','));
      const trusted = [['loopback'], ['loopback', '10.0.0.0/8', 'fd00::/8'], 1, 3].map(
        (trustProxy) => resolveServerOptions({ trustProxy }).trustsProxy,
      );
      fc.assert(
        fc.property(forwarded, fc.constantFrom(...trusted), (text, trustsProxy) => {
          const address = readAddress(requestOf('/', { 'x-forwarded-for': text }), trustsProxy, true);
          expect(address).toMatch(
            /^(unreadable|\d{1,3}(\.\d{1,3}){3}|[\da-f]{1,4}(:[\da-f]{1,4}){3}::\/64)$/,
          );
          // Without a trusted proxy the header changes nothing.
          expect(readAddress(requestOf('/', { 'x-forwarded-for': text }, '192.0.2.1'), undefined, true)).toBe(
            '192.0.2.1',
          );
        }),
        fuzz,
      );
    },
  );

  it('[C7] [SEC16] any resume token is one that a server can have made, or none', { timeout }, () => {
    const token = fc.oneof(
      anyText,
      fc.tuple(anyText, fc.constantFrom('.', '..', ''), anyText).map((parts) => parts.join('')),
      fc
        .tuple(fc.stringMatching(/^[\w-]{1,50}$/), fc.integer())
        .map(([server, number]) => `${server}.${number}`),
    );
    fc.assert(
      fc.property(token, (text) => {
        const point = parseResumeToken(text);
        if (point === undefined) return;
        expect(point.connectionNumber).toBeGreaterThanOrEqual(1);
        expect(point.connectionNumber).toBeLessThan(1e9);
        expect(parseResumeToken(formatResumeToken(point))).toEqual(point);
        expect(isIdentifier(formatResumeToken(point))).toBe(true);
      }),
      fuzz,
    );
  });

  it(
    '[C11] [SEC7] any headers of an upgrade are answered by a head without injected lines',
    { timeout },
    () => {
      const name = fc.constantFrom(
        'sec-websocket-key',
        'sec-websocket-version',
        'sec-websocket-protocol',
        'sec-websocket-extensions',
        'upgrade',
        '__proto__',
      );
      const value = fc.oneof(
        anyText,
        fc.constantFrom('websocket', '13', '8', 'AAAAAAAAAAAAAAAAAAAAAA==', 'a, b', 'a,,b', 'a ,\tb'),
      );
      const headers = fc.array(fc.tuple(name, value), { maxLength: 6 });
      fc.assert(
        fc.property(headers, (given) => {
          const valid = {
            upgrade: 'websocket',
            'sec-websocket-version': '13',
            'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
          };
          const result = readWebSocketHandshake(requestOf('/', { ...valid, ...Object.fromEntries(given) }));
          if (result.problem !== undefined) {
            expect(result.status).toBe(400);
            return;
          }
          expect(result.response).toMatch(/^HTTP\/1\.1 101 [\w ]+\r\n(?:[\w-]+: [!-~ ]+\r\n){3,4}\r\n$/);
        }),
        fuzz,
      );
    },
  );

  it(
    '[P9] [SEC10] any packets, texts and bytes, are read without an error, and leave no decoder behind for others',
    { timeout },
    () => {
      const body = fc.oneof(
        anyText,
        fc.jsonValue({ maxDepth: 4 }).map((json) => JSON.stringify(json)),
        fc.constantFrom(
          '["a",{"_placeholder":true,"num":0}]',
          '[{"toString":1}]',
          '["page","/a"]',
          '["tabs",2]',
          '{"member":"abcdefgh"}',
        ),
      );
      const packet = fc
        .tuple(
          fc.constantFrom('', '0', '1', '2', '3', '40', '41', '42', '43', '44', '45', '46', '47'),
          fc.constantFrom('', '0-', '1-', '2-', '11-', '999999999-', '-1-', '1'),
          fc.constantFrom('', '', '/,', '/x,', '/__proto__,'),
          fc.constantFrom('', '0', '18446744073709551616'),
          body,
        )
        .map((parts) => parts.join(''));
      const messages = fc.array(fc.tuple(packet, fc.boolean()), { minLength: 1, maxLength: 8 });
      fc.assert(
        fc.property(messages, (given) => {
          const state: PacketState = { hasConnected: false, decoder: undefined };
          let connects = 0;
          for (const [text, isBinary] of given) {
            const { type } = readPacket(state, Buffer.from(text), isBinary);
            if (type === 'connect') connects++;
          }
          expect(connects).toBeLessThanOrEqual(1);
          const other: PacketState = { hasConnected: true, decoder: undefined };
          expect(readPacket(other, Buffer.from('42["x"]'), false)).toEqual({ type: 'event', event: ['x'] });
        }),
        fuzz,
      );
    },
  );
});
