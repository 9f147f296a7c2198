import { describe, expect, it } from 'vitest';
import { PROXIES, TOOLS, useAttackedTools, type ToolName } from '../helpers/attacked-tools.ts';

const { tool, takeReceived } = useAttackedTools();

const START = (name: ToolName): string => (name === 'route' ? '/api' : '');

/** What is left of the bytes that a backend has received, after the request that it reads. */
function restOf(received: string): string {
  const end = received.indexOf('\r\n\r\n');
  if (end === -1) return '';
  const head = received.slice(0, end).toLowerCase();
  let body = received.slice(end + 4);
  if (!head.includes('\r\ntransfer-encoding: chunked'))
    return body.slice(Number(/\r\ncontent-length: (\d+)/.exec(head)?.[1] ?? 0));
  for (;;) {
    const [line = '', size = '0'] = /^([\da-f]+)\r\n/.exec(body) ?? [];
    body = body.slice(line.length + parseInt(size, 16) + 2);
    if (size === '0') return body;
  }
}

const SMUGGLED = 'GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n';

/** Bodies whose length two servers could read differently (RFC 9112 §11.2). */
const SMUGGLING: [what: string, headers: string[], body: string][] = [
  ['a length beside chunks', ['Content-Length: 4', 'Transfer-Encoding: chunked'], `0\r\n\r\n${SMUGGLED}`],
  ['chunks beside a length', ['Transfer-Encoding: chunked', 'Content-Length: 6'], `0\r\n\r\n${SMUGGLED}`],
  ['two lengths', ['Content-Length: 0', `Content-Length: ${SMUGGLED.length}`], SMUGGLED],
  ['a list of lengths', [`Content-Length: 0, ${SMUGGLED.length}`], SMUGGLED],
  ['a signed length', [`Content-Length: +${SMUGGLED.length}`], SMUGGLED],
  ['a negative length', ['Content-Length: -1'], SMUGGLED],
  ['a length in base 16', ['Content-Length: 0x30'], SMUGGLED],
  ['a length of spaces', ['Content-Length: 1 0'], SMUGGLED],
  ['chunks of another name', ['Transfer-Encoding: xchunked', 'Content-Length: 0'], SMUGGLED],
  ['chunks and identity', ['Transfer-Encoding: chunked, identity', 'Content-Length: 0'], SMUGGLED],
  ['chunks twice', ['Transfer-Encoding: chunked', 'Transfer-Encoding: x', 'Content-Length: 0'], SMUGGLED],
  ['a tab before chunks', ['Transfer-Encoding:\tchunked', 'Content-Length: 4'], `0\r\n\r\n${SMUGGLED}`],
  ['a space before the colon', ['Transfer-Encoding : chunked', 'Content-Length: 4'], `0\r\n\r\n${SMUGGLED}`],
  ['a folded header', ['X: y\r\n Transfer-Encoding: chunked', 'Content-Length: 4'], `0\r\n\r\n${SMUGGLED}`],
  ['a bare line feed', ['X: y\nTransfer-Encoding: chunked', 'Content-Length: 4'], `0\r\n\r\n${SMUGGLED}`],
  [
    'a bare carriage return',
    ['X: y\rTransfer-Encoding: chunked', 'Content-Length: 4'],
    `0\r\n\r\n${SMUGGLED}`,
  ],
  ['a control character', ['Transfer-Encoding: \x0bchunked', 'Content-Length: 4'], `0\r\n\r\n${SMUGGLED}`],
  ['a size that is too long', ['Transfer-Encoding: chunked'], `ffffffffffffffff1\r\n${SMUGGLED}`],
  ['an extension with a line feed', ['Transfer-Encoding: chunked'], `0;\n\r\n\r\n${SMUGGLED}`],
  ['a chunk that is longer than its size', ['Transfer-Encoding: chunked'], `1\r\nxx\r\n0\r\n\r\n${SMUGGLED}`],
  ['trailers', ['Transfer-Encoding: chunked'], '0\r\nHost: evil.example\r\nX-Trailer: 1\r\n\r\n'],
  [
    'a length that Connection names',
    ['Connection: Content-Length', `Content-Length: ${SMUGGLED.length}`],
    SMUGGLED,
  ],
  [
    'chunks that Connection names',
    ['Connection: Transfer-Encoding', 'Transfer-Encoding: chunked'],
    `0\r\n\r\n${SMUGGLED}`,
  ],
  ['an upgrade with a body', ['Connection: Upgrade', 'Upgrade: h2c', 'Content-Length: 0'], SMUGGLED],
  ['an upgrade to TLS', ['Connection: Upgrade', 'Upgrade: TLS/1.0', 'Content-Length: 0'], SMUGGLED],
];

describe.each(PROXIES)('%s: requests', (name) => {
  it.each(SMUGGLING)(
    '[R8] [SEC80] %s: a backend reads one request, and no second one in it',
    async (_what, headers, body) => {
      const attacked = tool(name);
      takeReceived();
      for (const method of ['POST', 'GET']) {
        const head = [
          `${method} ${START(name)}/first HTTP/1.1`,
          `Host: ${attacked.host}`,
          ...headers,
          '',
          '',
        ];
        // A second request on the connection is the client's own right: it must be one of the tool, too.
        const answer = await attacked.sendBytes(head.join('\r\n') + body, isAnswered);
        expect(answer).toMatch(/^HTTP\/1\.1 (200|400|403|404) /);
      }
      for (const received of takeReceived()) {
        expect(restOf(received)).toBe('');
        // One that the tool has read as a request of its own comes on a connection of its own, with its own headers.
        expect(received).toMatch(/^(GET|POST) \S+ HTTP\/1\.1\r\nHost: 127\.0\.0\.1:\d+\r\n/);
        expect(received.split('\r\n\r\n')[0]).not.toMatch(/evil\.example|x-trailer/i);
      }
    },
  );

  it('[R8] [SEC81] headers of the connection, and those of proxies, do not reach a backend', async () => {
    const attacked = tool(name);
    takeReceived();
    const isHttp2 = name === 'proxy-https';
    await attacked.send(`${START(name)}/x`, {
      headers: {
        'x-forwarded-for': '1.2.3.4',
        'x-forwarded-host': 'evil.example',
        'x-real-ip': '1.2.3.4',
        forwarded: 'for=1.2.3.4',
        'proxy-authorization': 'Basic x',
        te: 'trailers',
        'x-own': 'kept',
        ...(!isHttp2 && {
          connection: 'x-hop, keep-alive',
          'x-hop': '1',
          'keep-alive': 'timeout=5',
          'proxy-connection': 'keep-alive',
          upgrade: 'h2c',
          'http2-settings': 'x',
        }),
      },
    });
    const [received = ''] = takeReceived();
    expect(received).toMatch(/^x-own: kept\r$/im);
    expect(received).not.toMatch(/forwarded|x-real-ip|proxy-|^te:|x-hop|keep-alive|upgrade|http2-settings/im);
  });
});

describe('proxy-https: requests over HTTP/2', () => {
  it.each<[string, string, Record<string, string>]>([
    ['a line break in a header', '/x', { 'x-a': 'a\r\nX-Smuggled: 1' }],
    ['a line break in a path', '/x HTTP/1.1\r\nX-Smuggled: 1\r\n\r\n', {}],
    ['a space in a path', '/x HTTP/1.1', {}],
    ['a control character', '/x', { 'x-a': '\u0001' }],
    ['chunks', '/x', { 'transfer-encoding': 'chunked' }],
    ['a connection header', '/x', { connection: 'close' }],
    ['a name with a space', '/x', { 'x a': '1' }],
    ['a wrong length', '/x', { 'content-length': '1000' }],
    ['a length of 0', '/x', { 'content-length': '0' }],
    ['a path of another host', 'http://evil.example/x', {}],
    ['a path that is no path', 'x', { ':scheme': 'x' }],
    ['a method with a space', '/x', { ':method': 'GET /smuggled' }],
  ])('[R8] [SEC80] %s reaches no backend as anything else', async (_what, path, headers) => {
    const attacked = tool('proxy-https');
    takeReceived();
    const sent = attacked.send(path, { method: headers[':method'] ?? 'POST', headers, body: SMUGGLED });
    // The client of the test rejects some of these itself.
    const { status } = await sent.catch(() => ({ status: 0 }));
    expect([0, 200, 400, 403]).toContain(status);
    for (const received of takeReceived()) {
      expect(received).toMatch(/^POST \/\S* HTTP\/1\.1\r\nhost: 127\.0\.0\.1:\d+\r\n/i);
      expect(received.split('\r\n\r\n')[0]).not.toMatch(/smuggled|evil\.example|connection: (?!close)/i);
      if (status === 200) expect(restOf(received)).toBe('');
    }
  });
});

describe.each(TOOLS)('%s: the request line', (name) => {
  it.each([
    ['no path', 'GET  HTTP/1.1'],
    ['no slash', 'GET x HTTP/1.1'],
    ['a fragment alone', 'GET # HTTP/1.1'],
    ['a tunnel', 'CONNECT evil.example:443 HTTP/1.1'],
    ['all', 'OPTIONS * HTTP/1.1'],
    ['another scheme', 'GET file:///etc/passwd HTTP/1.1'],
    ['another host', 'GET http://evil.example/ HTTP/1.1'],
    ['an unknown method', 'STEAL / HTTP/1.1'],
    ['an old version', 'GET / HTTP/0.9'],
    ['HTTP/2 without TLS', 'PRI * HTTP/2.0'],
    ['bytes', 'GET /\xff\xfe\x80 HTTP/1.1'],
    ['a long path', `GET /${'x'.repeat(20_000)} HTTP/1.1`],
  ])('[R8] [SEC64] with %s, the request ends, and the next one is answered', async (_what, line) => {
    const attacked = tool(name);
    const answer = await attacked.sendBytes(
      `${line}\r\nHost: ${attacked.host}\r\nConnection: close\r\n\r\n`,
      isAnswered,
    );
    expect(answer).toMatch(/^(HTTP\/1\.1 (200|204|400|403|404|405|414|431|501) |$)/);
    expect(answer).not.toContain('root:');
    expect((await attacked.send('/__live-online/alive')).status).toBe(204);
  });
});

const isAnswered = (received: string): boolean => received.includes('\r\n\r\n');
