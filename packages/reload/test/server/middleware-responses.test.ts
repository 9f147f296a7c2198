import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { connect, createServer as createHttp2Server } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { createGzip, type Gzip } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createReloadServer } from '../../src/create-reload-server.ts';
import { makeFolder } from '../helpers/reload-server.ts';

const PAGE = '<!doctype html><title>t</title><h1>Hello</h1>';
const asDocument = { accept: 'text/html', 'sec-fetch-dest': 'document' };
const TAG = /<script async src="\/__live-online\/client\.js"[^>]*><\/script>/;

type Middleware = (request: IncomingMessage, response: ServerResponse, next: () => void) => void;

/** Starts a host app with the reload middleware, followed by another middleware. */
async function serve(
  app: RequestListener,
  after: Middleware = (_request, _response, next) => next(),
  headers: Record<string, string> = {},
) {
  const reload = createReloadServer({
    watch: [makeFolder().folder],
    cacheFolder: makeFolder().folder,
    headers,
  });
  const middleware = reload.middleware();
  const server = createServer((request, response) =>
    middleware(request, response, () => after(request, response, () => app(request, response))),
  ).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    await reload.close();
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

/** Compresses like compression middlewares: it wraps the methods of the response. */
const compress: Middleware = (_request, response, next) => {
  const { writeHead, write, end } = response;
  let gzip: Gzip | undefined;
  const begin = (): void => {
    if (gzip) return;
    response.setHeader('Content-Encoding', 'gzip');
    response.removeHeader('Content-Length');
    gzip = createGzip();
    gzip.on('data', (chunk: Buffer) => write.call(response, chunk, 'utf8'));
    gzip.on('end', () => end.call(response, undefined, 'utf8'));
  };
  Object.assign(response, {
    writeHead(...args: [number]) {
      begin();
      return writeHead.apply(response, args);
    },
    write(chunk: string) {
      if (!gzip) response.writeHead(response.statusCode);
      return gzip!.write(chunk);
    },
    end(chunk: string) {
      if (!gzip) response.writeHead(response.statusCode);
      gzip!.end(chunk);
      return response;
    },
  });
  next();
};

describe('responses of a host app with the middleware', () => {
  it.each(['application/json', 'text/html'])(
    '[R7] %s that a later middleware compresses arrives complete',
    async (type) => {
      const url = await serve((request, response) => {
        response.setHeader('Content-Type', type);
        if (request.url === '/flushed') response.flushHeaders();
        response.write(PAGE.slice(0, 20));
        response.end(PAGE.slice(20));
      }, compress);
      for (const path of ['', 'flushed']) {
        const text = await (await fetch(url + path, { headers: asDocument })).text();
        expect(TAG.test(text)).toBe(type === 'text/html');
        expect(text.replace(TAG, '')).toBe(PAGE);
      }
    },
  );

  it('[R7] a list of headers replaces those that were set before', async () => {
    const url = await serve((request, response) => {
      const [before, then] =
        request.url === '/page' ? ['text/plain', 'text/html'] : ['text/html', 'text/plain'];
      response.setHeader('Content-Type', before);
      response.writeHead(200, ['Content-Type', then, 'Set-Cookie', 'a=1', 'Set-Cookie', 'b=2']);
      response.end(PAGE);
    });
    for (const [path, type] of [
      ['page', 'text/html'],
      ['text', 'text/plain'],
    ] as const) {
      const response = await fetch(url + path, { headers: asDocument });
      expect(response.headers.get('content-type')).toBe(type);
      expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
      expect(TAG.test(await response.text())).toBe(path === 'page');
    }
  });

  it('[R7] conditions and ranges of a browser never bring back a page without the client', async () => {
    const url = await serve((request, response) => {
      const { 'if-none-match': tag, range } = request.headers;
      response.writeHead(tag === '"a"' ? 304 : range ? 206 : 200, {
        'Content-Type': 'text/html',
        ETag: '"a"',
      });
      response.end(tag === '"a"' ? undefined : PAGE);
    });
    const conditions = [{ 'if-none-match': '"a"' }, { range: 'bytes=0-3' }] as Record<string, string>[];
    const get = (headers: Record<string, string>) => fetch(url, { headers });
    for (const condition of conditions) {
      const page = await get({ ...asDocument, ...condition });
      expect([page.status, TAG.test(await page.text())]).toEqual([200, true]);
      const part = await get({ 'sec-fetch-dest': 'empty', ...condition });
      expect(part.status).not.toBe(200);
    }
  });

  it('[R1] over HTTP/2, pages contain the client and the script is served', async () => {
    const reload = createReloadServer({ watch: [makeFolder().folder], cacheFolder: makeFolder().folder });
    const middleware = reload.middleware() as unknown as (...args: unknown[]) => void;
    const server = createHttp2Server((request, response) =>
      middleware(request, response, () => {
        response.setHeader('Content-Type', 'text/html');
        response.setHeader('Content-Security-Policy', "default-src 'none'");
        response.end(PAGE);
      }),
    ).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const client = connect(url);
    onTestFinished(async () => {
      client.destroy();
      server.close();
      await reload.close();
    });
    const get = async (path: string) => {
      const stream = client.request({ ':path': path, accept: 'text/html' });
      const [headers] = (await once(stream, 'response')) as [Record<string, unknown>];
      const chunks: Buffer[] = [];
      for await (const chunk of stream) chunks.push(chunk as Buffer);
      return { headers, text: Buffer.concat(chunks).toString() };
    };
    const page = await get('/');
    expect(page.text).toMatch(TAG);
    expect(page.headers['content-security-policy']).toContain(`script-src ${url}/__live-online/client.js`);
    expect((await get('/__live-online/client.js')).headers[':status']).toBe(200);
  });

  it.each([
    ['', undefined],
    [', also if they are compressed later', compress],
  ])('[R7] get the headers of --header in place of their own%s', async (_what, after) => {
    const own = { 'X-Own': 'a', 'Content-Security-Policy': "script-src 'none'" };
    const app: RequestListener = (request, response) => {
      response.setHeader('x-own', 'host');
      response.setHeader('Content-Type', request.url!.startsWith('/page') ? 'text/html' : 'text/plain');
      if (request.url!.endsWith('head')) response.writeHead(201, 'Made', { 'X-OWN': 'head', 'X-Other': 'b' });
      response.end(PAGE);
    };
    const url = await serve(app, after, own);
    for (const path of [
      'page',
      'page-head',
      'text',
      'text-head',
      '__live-online/client.js',
      '__live-online/none',
    ]) {
      const response = await fetch(url + path, { headers: asDocument });
      const text = await response.text();
      expect(response.headers.get('x-own'), path).toBe('a');
      const policy = response.headers.get('content-security-policy')!;
      expect(policy.includes('client.js'), path).toBe(path.startsWith('page'));
      expect(TAG.test(text), path).toBe(path.startsWith('page'));
      if (!path.endsWith('head')) continue;
      expect([response.status, response.statusText]).toEqual([201, 'Made']);
      expect(response.headers.get('x-other')).toBe('b');
    }
  });

  it('[R7] a Content-Length that Node adds stays if the response is no page', async () => {
    const url = await serve((_request, response) => void response.end('text'));
    const response = await fetch(url, { headers: asDocument });
    expect(response.headers.get('content-length')).toBe('4');
  });
});
