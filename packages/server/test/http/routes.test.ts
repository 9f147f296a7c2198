import { request } from 'node:http';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { startCounter } from '../helpers/counter.ts';
import { sendHttp } from '../helpers/send-http.ts';

/** A request as it is: fetch would add headers and unpack bodies. */
function get(url: string, headers: Record<string, string> = {}, method = 'GET') {
  return new Promise<{ status: number; headers: Record<string, string>; body: Buffer }>((resolve, reject) => {
    request(url, { headers, method }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({
          status: response.statusCode!,
          headers: response.headers as Record<string, string>,
          body: Buffer.concat(chunks),
        }),
      );
    })
      .on('error', reject)
      .end();
  });
}

describe('the script', () => {
  it('[W1] lies at the root and at live-online.js, for any site', async () => {
    const { url } = await startCounter();
    const [root, named] = [await get(url), await get(`${url}live-online.js?any=query`)];
    expect(root.status).toBe(200);
    expect(root.body.equals(named.body)).toBe(true);
    expect(root.body.toString()).toContain('locWidget');
    expect(root.headers).toMatchObject({
      'content-type': 'text/javascript; charset=utf-8',
      'x-content-type-options': 'nosniff',
      'access-control-allow-origin': '*',
      'cross-origin-resource-policy': 'cross-origin',
      vary: 'Accept-Encoding',
    });
    expect(root.headers['cache-control']).toMatch(/public, max-age=\d+/);
    expect(root.headers).not.toHaveProperty('x-powered-by');
  });

  it('[W5] is compressed as the client accepts it', async () => {
    const { url } = await startCounter();
    const plain = await get(url);
    const br = await get(url, { 'accept-encoding': 'gzip, deflate, br' });
    const gzip = await get(url, { 'accept-encoding': 'gzip' });
    const refused = await get(url, { 'accept-encoding': 'br;q=0, gzip;q=0' });
    expect(br.headers['content-encoding']).toBe('br');
    expect(brotliDecompressSync(br.body).equals(plain.body)).toBe(true);
    expect(gzip.headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(gzip.body).equals(plain.body)).toBe(true);
    expect(refused.headers).not.toHaveProperty('content-encoding');
    expect(new Set([plain, br, gzip].map(({ headers }) => headers['etag'])).size).toBe(3);
  });

  it('[W5] is not sent again to a client that has it', async () => {
    const { url } = await startCounter();
    const { headers } = await get(url, { 'accept-encoding': 'br' });
    const again = await get(url, { 'accept-encoding': 'br', 'if-none-match': `"other", ${headers['etag']}` });
    expect(again.status).toBe(304);
    expect(again.body).toHaveLength(0);
    expect(again.headers).toMatchObject({ etag: headers['etag'], vary: 'Accept-Encoding' });
    expect((await get(url, { 'if-none-match': '"other"' })).status).toBe(200);
  });

  it('[W5] answers HEAD like GET, without the body', async () => {
    const { url } = await startCounter();
    const head = await get(url, {}, 'HEAD');
    expect(head.status).toBe(200);
    expect(head.body).toHaveLength(0);
    expect(Number(head.headers['content-length'])).toBeGreaterThan(1_000);
  });
});

describe('everything else', () => {
  it('[C10] probes answer', async () => {
    const { url } = await startCounter();
    for (const probe of ['healthz', 'readyz']) {
      const { status, headers } = await get(url + probe);
      expect(status).toBe(200);
      expect(headers['cache-control']).toBe('no-store');
    }
  });

  it.each([
    'nothing',
    'socket.io',
    'live-online.js/',
    'healthz/..',
    '%ff',
    '__proto__',
    'constructor',
    '//',
    '\\',
  ])('[C11] /%s is a short 404', async (path) => {
    const { port } = await startCounter();
    const answer = await sendHttp(port, `GET /${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 404 /);
    expect(answer.length).toBeLessThan(400);
    expect(answer).not.toMatch(/ at |node_modules|Error/);
  });

  it.each([
    ['/x/', 'GET / HTTP/1.1'],
    ['/x/', 'GET /healthz HTTP/1.1'],
    ['/', 'OPTIONS * HTTP/1.1'],
  ])('[C11] with path %s, "%s" is a short 404', async (path, line) => {
    const { port } = await startCounter({ path });
    const answer = await sendHttp(port, `${line}\r\nHost: x\r\nConnection: close\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 404 /);
  });

  it('[C10] a request may have an absolute URL, and offer another protocol', async () => {
    const { port } = await startCounter();
    const close = 'Host: x\r\nConnection: close\r\n\r\n';
    expect(await sendHttp(port, `GET http://x/healthz HTTP/1.1\r\n${close}`)).toMatch(/^HTTP\/1\.1 200 /);
    const offer =
      'Host: x\r\nConnection: Upgrade, close, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n';
    expect(await sendHttp(port, `GET /healthz HTTP/1.1\r\n${offer}`)).toMatch(/^HTTP\/1\.1 200 [\s\S]*ok\n$/);
  });

  it('[C11] other methods get 405 and the allowed ones', async () => {
    const { url } = await startCounter();
    const { status, headers } = await get(url, {}, 'POST');
    expect(status).toBe(405);
    expect(headers['allow']).toBe('GET, HEAD');
  });

  it.each([
    ['no HTTP at all', 'hello\r\n\r\n'],
    [
      'an upgrade to somewhere else',
      'GET /elsewhere HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\n\r\n',
    ],
    [
      'an upgrade without a key',
      'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
    ],
    [
      'an unknown session',
      'GET /socket.io/?EIO=4&transport=websocket&sid=__proto__ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
    ],
  ])('[C11] %s gets a short 404', async (_name, message) => {
    const { counter, port, url } = await startCounter();
    const answer = await sendHttp(port, message);
    expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /);
    expect(answer).not.toMatch(/ at |node_modules|Error:/);
    expect((await get(`${url}healthz`)).status).toBe(200);
    expect(counter.totals().size).toBe(0);
  });
});
