import fc from 'fast-check';
import { expect, it } from 'vitest';
import { FUZZ_TIMEOUT_MS, fuzzParameters } from '../../../../tests/helpers/fuzz.ts';
import { inEachEngine } from '../helpers/engines.ts';
import { exchange } from '../helpers/exchange.ts';
import { openPage } from '../helpers/page.ts';

const method = fc.constantFrom(
  'GET',
  'GET',
  'GET',
  'POST',
  'HEAD',
  'OPTIONS',
  'CONNECT',
  'get',
  'M-SEARCH',
  'x',
);
const path = fc
  .tuple(
    fc.constantFrom('/', '//', 'http://x/', '*', '/../', '/%2e%2e/', ''),
    fc.constantFrom(
      '',
      'events',
      'socket.io/',
      'healthz',
      'badge.svg',
      'v1/sites',
      'v1/sites/__proto__',
      'opt-out',
      'x',
    ),
    fc.constantFrom(
      '',
      '?',
      '?EIO=4&transport=websocket',
      '?EIO=4&transport=polling',
      '?join=1',
      '?%',
      '?sid=__proto__',
      '#x',
    ),
  )
  .map((parts) => parts.join(''));
const version = fc.constantFrom('HTTP/1.1', 'HTTP/1.1', 'HTTP/1.1', 'HTTP/1.0', 'HTTP/2.0', 'http/1.1', '');
const header = fc
  .tuple(
    fc.constantFrom(
      'Origin',
      'Referer',
      'Host',
      'Connection',
      'Upgrade',
      'Content-Length',
      'Transfer-Encoding',
      'Expect',
      'Cookie',
      'Authorization',
      'If-None-Match',
      'Accept-Encoding',
      'Range',
      'X-Forwarded-For',
      'Sec-Fetch-Site',
      '__proto__',
      '',
    ),
    fc.constantFrom(': ', ':', ' : ', ':\t', ''),
    fc.oneof(
      fc.constantFrom(
        'https://a.example',
        'null',
        'x',
        'Upgrade',
        'websocket',
        'h2c',
        'close',
        '0',
        '3',
        '-1',
        'chunked',
        '100-continue',
        'bytes=0-',
        '*',
        'gzip;q=0, *;q=1e9',
        'Bearer ',
        '__proto__=1; live-online=%',
        '\xff',
        'a\0b',
      ),
      fc.string({ maxLength: 30 }),
    ),
    fc.constantFrom('\r\n', '\r\n', '\r\n', '\n', '\r\n '),
  )
  .map((parts) => parts.join(''));
const request = fc
  .tuple(
    method,
    path,
    version,
    fc.array(header, { maxLength: 8 }),
    fc.constantFrom('', 'abc', '0\r\n\r\n', '3\r\nabc\r\n0\r\n\r\n'),
  )
  .map(
    ([verb, target, http, headers, body]) =>
      `${verb} ${target} ${http}\r\nHost: x\r\n${headers.join('')}\r\n${body}`,
  );

inEachEngine('fuzzed requests', (startCounter, engine) => {
  it(
    '[C11] [SEC6] any request lines and headers are answered or their connection ends, and others are served',
    async () => {
      const transports = engine === 'lean' ? (['websocket'] as const) : (['polling', 'websocket'] as const);
      const { counter, port, url } = await startCounter({ transports: [...transports], decreaseDelayMs: 0 });
      const bystander = openPage(url, { origin: 'https://bystander.example' });
      await bystander.receives(1);
      await fc.assert(
        fc.asyncProperty(fc.array(request, { minLength: 1, maxLength: 3 }), async (messages) => {
          const { socket, closed, received } = await exchange(port, messages.join(''));
          socket.end();
          await closed();
          expect(received()).toMatch(/^$|^HTTP\/1\.1 [1-5]\d\d /);
          expect(received()).not.toMatch(/^HTTP\/1\.1 500 /m);
          socket.destroy();
        }),
        fuzzParameters(2_000, 5_000),
      );
      await openPage(url, { origin: 'https://bystander.example' }).receives(2);
      await bystander.receives(2);
      expect(counter.total('bystander.example')).toBe(2);
    },
    FUZZ_TIMEOUT_MS,
  );
});
