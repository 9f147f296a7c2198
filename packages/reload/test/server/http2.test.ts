import { once } from 'node:events';
import type { IncomingMessage, RequestListener } from 'node:http';
import { connect as connectTls } from 'node:tls';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { asDocument, readAll, startBackend } from '../helpers/backend.ts';
import {
  CANCEL,
  connectHttp2,
  makeCertificate,
  openUpload,
  requestHttp2,
  resetFrame,
} from '../helpers/http2.ts';
import { startReload } from '../helpers/reload-server.ts';

/** A backend behind the tool, and an HTTP/2 connection to the tool. */
async function startHttp2Backend(listener: RequestListener) {
  const { cacheFolder, ca } = await makeCertificate();
  const started = await startBackend(listener, undefined, { https: true, cacheFolder });
  return { ...started, ca, session: connectHttp2(started.port, ca) };
}

describe('HTTP/2', () => {
  it('[R1] with HTTPS, the port offers HTTP/2 and HTTP/1.1', async () => {
    const { cacheFolder, ca } = await makeCertificate();
    const { port } = await startReload({}, { https: true, cacheFolder });
    const chosen = async (...ALPNProtocols: string[]) => {
      const socket = connectTls({ port, host: 'localhost', servername: 'localhost', ca, ALPNProtocols });
      onTestFinished(() => void socket.destroy());
      await once(socket, 'secureConnect');
      return socket.alpnProtocol;
    };
    expect(await chosen('h2', 'http/1.1')).toBe('h2');
    expect(await chosen('http/1.1')).toBe('http/1.1');
    expect(await chosen()).toBe(false);
  });

  it('[R1] pages and the script are the same over HTTP/2', async () => {
    const { cacheFolder, ca } = await makeCertificate();
    const files = { 'index.html': '<!doctype html><h1>hello</h1>', 'large.txt': 'x'.repeat(3 << 20) };
    const { port } = await startReload(files, { https: true, cacheFolder, headers: { 'X-Own': '1' } });
    const session = connectHttp2(port, ca);
    const page = await requestHttp2(session, { ':path': '/', ...asDocument });
    expect(page).toMatchObject({ status: 200, headers: { 'x-own': '1', 'cache-control': 'no-cache' } });
    expect(page.text).toContain('<script async src="/__live-online/client.js"');
    const script = await requestHttp2(session, { ':path': '/__live-online/client.js' });
    expect(script.text).toContain('"token":');
    const head = await requestHttp2(session, { ':path': '/', ':method': 'HEAD' });
    expect(head).toMatchObject({ status: 200, text: '' });
    const range = await requestHttp2(session, { ':path': '/large.txt', range: 'bytes=0-3' });
    expect(range).toMatchObject({ status: 206, text: 'xxxx' });
    expect((await requestHttp2(session, { ':path': '/large.txt' })).text).toHaveLength(3 << 20);
  });

  it('[R1] many large responses at once arrive whole', async () => {
    const { cacheFolder, ca } = await makeCertificate();
    const files = Object.fromEntries(
      Array.from({ length: 30 }, (_, index) => [`${index}.txt`, String(index % 10).repeat(1 << 20)]),
    );
    const { port } = await startReload(files, { https: true, cacheFolder });
    const session = connectHttp2(port, ca);
    const streams = Object.keys(files).map((name) => session.request({ ':path': `/${name}` }));
    // All of them wait before the first one is read.
    await Promise.all(streams.map((stream) => once(stream, 'response')));
    for (const stream of streams) {
      let length = 0;
      for await (const chunk of stream) length += (chunk as Buffer).length;
      expect(length).toBe(1 << 20);
    }
  });

  it('[R1] --slow delays responses of HTTP/2', async () => {
    const { cacheFolder, ca } = await makeCertificate();
    const { port } = await startReload({ 'a.txt': 'slow' }, { https: true, slow: '4g', cacheFolder });
    const response = await requestHttp2(connectHttp2(port, ca), { ':path': '/a.txt' });
    expect(response).toMatchObject({ status: 200, text: 'slow' });
  });

  it('[R8] [SEC62] the checks of Host and Origin see the host of HTTP/2', async () => {
    const { cacheFolder, ca } = await makeCertificate();
    const { port } = await startReload({ 'a.txt': 'a' }, { https: true, cacheFolder });
    const session = connectHttp2(port, ca);
    const own = `localhost:${port}`;
    const statusOf = async (headers: Record<string, string>) =>
      (await requestHttp2(session, { ':path': '/a.txt', ...headers })).status;
    expect(await statusOf({})).toBe(200);
    expect(await statusOf({ host: own })).toBe(200);
    expect(await statusOf({ origin: `https://${own}` })).toBe(200);
    expect(await statusOf({ ':authority': 'evil.example' })).toBe(403);
    expect(await statusOf({ ':authority': own, host: 'evil.example' })).toBe(400);
    expect(await statusOf({ host: 'evil.example' })).toBe(403);
    expect(await statusOf({ ':authority': 'evil.example', host: own })).toBe(400);
    expect(await statusOf({ origin: 'https://evil.example' })).toBe(403);
    expect(await statusOf({ origin: 'null' })).toBe(403);
  });
});

describe('a backend behind HTTP/2', () => {
  it('[R8] gets the headers and the body of a request as HTTP/1.1 has them', async () => {
    const seen: { headers: string[]; url: string | undefined; text: string }[] = [];
    const { session, target } = await startHttp2Backend((request, response) => {
      void readAll(request).then((body) => {
        seen.push({ headers: request.rawHeaders, url: request.url, text: body.toString() });
        response.end('ok');
      });
    });
    const cookies = ['a=1', 'b=2'];
    await requestHttp2(session, { ':path': '/get?x=1', cookie: cookies, te: 'trailers' });
    await requestHttp2(session, { ':path': '/post', ':method': 'POST' }, ['one', 'two']);
    await requestHttp2(session, { ':path': '/sized', ':method': 'PUT', 'content-length': 3 }, ['one']);
    await requestHttp2(session, { ':path': '/empty', ':method': 'POST' });
    await requestHttp2(session, { ':path': '/odd', ':method': 'DELETE' }, ['body']);
    const { host } = new URL(target);
    const list = (...more: string[]): string[] => ['Host', host, ...more, 'Connection', 'close'];
    expect(seen).toEqual([
      { url: '/get?x=1', text: '', headers: list('cookie', 'a=1; b=2') },
      { url: '/post', text: 'onetwo', headers: list('Transfer-Encoding', 'chunked') },
      { url: '/sized', text: 'one', headers: list('content-length', '3') },
      { url: '/empty', text: '', headers: list('Content-Length', '0') },
      { url: '/odd', text: 'body', headers: list('Transfer-Encoding', 'chunked') },
    ]);
  });

  it('[R8] its response has no hop-by-hop header, no reason phrase and no trailers', async () => {
    const warnings: Error[] = [];
    const warn = (warning: Error): void => void warnings.push(warning);
    process.on('warning', warn);
    onTestFinished(() => void process.off('warning', warn));
    const { session } = await startHttp2Backend((_request, response) => {
      response.writeHead(299, 'Its own reason', [
        ...['Connection', 'keep-alive, X-Named', 'X-Named', '1', 'Keep-Alive', 'timeout=5'],
        ...['Proxy-Connection', 'close', 'Upgrade', 'h2c', 'Trailer', 'X-Late'],
        ...[
          'Set-Cookie',
          'a=1',
          'Set-Cookie',
          'b=2',
          'Content-Type',
          'text/css',
          'Content-Type',
          'text/plain',
        ],
      ]);
      response.write('body');
      response.addTrailers({ 'X-Late': '1' });
      response.end();
    });
    const { status, headers, text } = await requestHttp2(session, { ':path': '/' });
    expect({ status, text }).toEqual({ status: 299, text: 'body' });
    expect(headers['set-cookie']).toEqual(['a=1', 'b=2']);
    expect(headers['content-type']).toBe('text/css, text/plain');
    expect(Object.keys(headers).sort()).toEqual([
      ':status',
      'cache-control',
      'content-type',
      'cross-origin-resource-policy',
      'date',
      'set-cookie',
    ]);
    expect(await requestHttp2(session, { ':path': '/', ':authority': 'evil.example' })).toMatchObject({
      status: 403,
    });
    expect(warnings).toEqual([]);
  });

  it('[R8] the end of its connection in a body is an error for the browser', async () => {
    const { session } = await startHttp2Backend((_request, response) => {
      response.writeHead(200, { 'Content-Type': 'text/javascript' });
      response.write('half', () => response.destroy());
    });
    const failed = requestHttp2(session, { ':path': '/' });
    await expect(failed).rejects.toThrow('NGHTTP2_INTERNAL_ERROR');
  });

  it('[R8] sees that the browser has cancelled a request or an upload', async () => {
    const events: string[] = [];
    const { session, port, ca } = await startHttp2Backend((request, response) => {
      request.on('error', () => {});
      request.on('data', (part: Buffer) => events.push(part.toString()));
      request.on('end', () => request.method === 'POST' && events.push('upload ended'));
      request.on('aborted', () => events.push('upload aborted'));
      response.on('close', () => events.push(`${request.method} closed`));
      response.write('first');
    });
    const get = session.request({ ':path': '/events' });
    await once(get, 'data');
    get.close();
    await vi.waitFor(() => expect(events).toEqual(['GET closed']), 10_000);
    const post = await openUpload(port, ca, 'part');
    await vi.waitFor(() => expect(events).toContain('part'), 10_000);
    post.write(resetFrame(CANCEL));
    await vi.waitFor(() => expect(events).toContain('POST closed'), 10_000);
    expect(events).not.toContain('upload ended');
  });

  it('[R1] pages and errors of a backend contain the client', async () => {
    const { session, port, target } = await startHttp2Backend((request: IncomingMessage, response) => {
      if (request.url === '/broken') return void response.writeHead(500).end('trace');
      response.setHeader('Content-Type', 'text/html');
      response.end(`<!doctype html><a href="${target}/next">next</a>`);
    });
    const page = await requestHttp2(session, { ':path': '/', ...asDocument });
    expect(page.text).toContain('client.js');
    expect(page.text).toContain(`href="https://localhost:${port}/next"`);
    const broken = await requestHttp2(session, { ':path': '/broken', ...asDocument });
    expect(broken).toMatchObject({ status: 500, text: expect.stringContaining('client.js') });
  });
});
