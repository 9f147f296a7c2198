import * as zlib from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { asDocument, readAll, sendRequest, startBackend } from '../helpers/backend.ts';

describe('caching', () => {
  const cached = {
    'Content-Type': 'text/javascript',
    'Cache-Control': 'public, max-age=3600, immutable',
    Expires: 'Fri, 01 Jan 2100 00:00:00 GMT',
    ETag: '"1"',
    'Last-Modified': 'Thu, 01 Jan 2015 00:00:00 GMT',
  };

  it('[R7] what a backend allows to keep is revalidated, and its validators are kept', async () => {
    const { port } = await startBackend((request, response) => {
      const isKnown = request.headers['if-none-match'] === '"1"';
      response.writeHead(isKnown ? 304 : 200, cached).end(isKnown ? undefined : 'run()');
    });
    const response = await sendRequest(port, '/app.js');
    expect(response.headers).toMatchObject({
      'cache-control': 'no-cache',
      etag: '"1"',
      'last-modified': cached['Last-Modified'],
    });
    expect(response.headers).not.toHaveProperty('expires');
    const again = await sendRequest(port, '/app.js', { headers: { 'if-none-match': '"1"' } });
    expect([again.statusCode, again.headers['cache-control']]).toEqual([304, 'no-cache']);
  });

  it.each([
    { 'Cache-Control': 'public, max-age=3600' },
    { 'Cache-Control': 'immutable' },
    { Expires: cached.Expires },
    { 'Cache-Control': 'private', Expires: cached.Expires, Pragma: 'cache' },
  ])('[R7] %j is replaced by a revalidation', async (headers: Record<string, string>) => {
    const { port } = await startBackend((_request, response) => {
      response.writeHead(200, { 'Content-Type': 'text/javascript', ...headers }).end('run()');
    });
    const received = (await sendRequest(port, '/app.js')).headers;
    expect([received['cache-control'], received.expires, received.pragma]).toEqual([
      'no-cache',
      undefined,
      undefined,
    ]);
  });

  it('[R7] responses without Cache-Control are revalidated, and no-store stays', async () => {
    const { port } = await startBackend((request, response) => {
      if (request.url === '/secret') response.setHeader('Cache-Control', 'no-store, max-age=0');
      if (request.url === '/moved') response.writeHead(301, { Location: '/' });
      response.end();
    });
    const of = async (path: string) => (await sendRequest(port, path)).headers['cache-control'];
    expect(await of('/')).toBe('no-cache');
    expect(await of('/moved')).toBe('no-cache');
    expect(await of('/secret')).toBe('no-store, max-age=0');
  });

  it('[R7] revalidate: false leaves caching alone', async () => {
    const { port } = await startBackend(
      (_request, response) => void response.writeHead(200, cached).end(),
      undefined,
      {
        revalidate: false,
      },
    );
    expect((await sendRequest(port, '/app.js')).headers).toMatchObject({
      'cache-control': cached['Cache-Control'],
      expires: cached.Expires,
      etag: '"1"',
    });
  });
});

/** A zstd frame with one uncompressed block (RFC 8878 §3.1.1). */
function zstdFrame(text: string): Buffer {
  const body = Buffer.from(text);
  const block = Buffer.alloc(3);
  block.writeUIntLE((body.length << 3) | 1, 0, 3);
  return Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x20, body.length]), block, body]);
}

describe('zstd', () => {
  it.skipIf(!('createZstdDecompress' in zlib))(
    '[R7] a page of a backend that sends zstd unasked is injected',
    async () => {
      const { port } = await startBackend((_request, response) => {
        response.writeHead(200, { 'Content-Type': 'text/html', 'Content-Encoding': 'zstd' });
        response.end(zstdFrame('<!doctype html><title>t</title><h1>page</h1>'));
      });
      const response = await sendRequest(port, '/', { headers: asDocument });
      const html = (await readAll(response)).toString();
      expect(html).toMatch(/<title>t<\/title><script async src="\/__live-online\/client\.js"/);
      expect(html).toContain('<h1>page</h1>');
    },
  );

  it('[R7] a page in zstd is injected where Node can decompress it; elsewhere the backend is not offered zstd', async () => {
    const { zstdCompressSync } = zlib as { zstdCompressSync?: (text: string) => Buffer };
    const { port } = await startBackend((request, response) => {
      const offered = String(request.headers['accept-encoding']);
      const body = '<!doctype html><title>t</title><h1>page</h1>';
      response.setHeader('Content-Type', request.url === '/' ? 'text/html' : 'text/plain');
      if (!/\bzstd\b/.test(offered)) return void response.end(body);
      response.setHeader('Content-Encoding', 'zstd');
      response.end(zstdCompressSync!(body));
    });
    const headers = { ...asDocument, 'accept-encoding': 'gzip, deflate, br, zstd' };
    const response = await sendRequest(port, '/', { headers });
    const html = (await readAll(response)).toString();
    expect(html).toContain('<script async src="/__live-online/client.js"');
    expect(html).toContain('<h1>page</h1>');
    const asked = await sendRequest(port, '/data', { headers: { 'accept-encoding': 'zstd' } });
    expect(asked.headers['content-encoding']).toBe(zstdCompressSync && 'zstd');
  });
});
