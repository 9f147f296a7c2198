import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { WebSocketServer } from 'ws';
import type { ReloadServerOptions } from '../../src/options/options.ts';
import { sendBytes } from '../helpers/backend.ts';
import { connectPage, makeFolder, readToken, startReload } from '../helpers/reload-server.ts';

const page = { 'index.html': '<!doctype html><title>t</title><p>hello' };

/** Sends a request with exactly these headers. */
async function get(port: number, path: string, headers: Record<string, string>) {
  const sent = request({ host: '127.0.0.1', port, path, headers, setHost: false }).end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return { status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks).toString() };
}

/** A server, and a function that sends it a request line with some Host headers, in which `OWN` is its own. */
async function startFor(options: ReloadServerOptions) {
  const { port } = await startReload(page, { ...options, watch: [makeFolder(page).folder] });
  const send = (target: string, hosts: string[]): Promise<string> => {
    const lines = hosts.map((host) => `Host: ${host.replace('OWN', `localhost:${port}`)}`);
    return sendBytes(port, [`GET ${target} HTTP/1.1`, ...lines, 'Connection: close', '', ''].join('\r\n'));
  };
  return { port, send };
}

describe('the request guard for requests', () => {
  it('[R8] [SEC62] an evil Host is rejected for every path', async () => {
    const { port } = await startReload(page);
    for (const path of [
      '/',
      '/__live-online/client.js',
      '/__live-online/alive',
      '/__live-online/',
      '/nothing',
    ]) {
      const response = await get(port, path, { host: 'evil.example' });
      expect(response.status).toBe(403);
      expect(response.body).not.toMatch(/hello|token/);
    }
    expect((await get(port, '/', { host: `localhost:${port}` })).status).toBe(200);
  });

  it('[R8] [SEC61] an evil Origin is rejected, and no response allows CORS', async () => {
    const { port } = await startReload(page);
    const host = `localhost:${port}`;
    for (const origin of ['http://evil.example', `http://127.0.0.1:${port}`, 'null']) {
      const response = await get(port, '/', { host, origin });
      expect(response.status).toBe(403);
      expect(response.headers['access-control-allow-origin']).toBeUndefined();
    }
    const own = await get(port, '/', { host, origin: `http://${host}` });
    expect(own.status).toBe(200);
    expect(own.headers['access-control-allow-origin']).toBeUndefined();
  });

  describe.each<[string, ReloadServerOptions]>([
    ['a folder', {}],
    ['no pages', { serve: false }],
    ['a backend', { proxy: 'http://127.0.0.1:1' }],
  ])('of a server for %s', (_what, options) => {
    it.each<[string, string, string[], RegExp]>([
      ['two equal Host headers', '/', ['OWN', 'OWN'], /^HTTP\/1\.1 400 [^]*more than one Host/],
      ['two different Host headers', '/', ['OWN', 'evil.example'], /^HTTP\/1\.1 400 [^]*more than one Host/],
      ['a URL with another host', 'http://evil.example/', ['OWN'], /^HTTP\/1\.1 400 [^]*another host/],
      ['a URL with another port', 'http://localhost:1/', ['OWN'], /^HTTP\/1\.1 400 [^]*another host/],
    ])('[R8] [SEC64] %s: the request gets 400', async (_request, target, hosts, expected) => {
      const { port, send } = await startFor(options);
      expect(await send(target, hosts)).toMatch(expected);
      expect(await send(`http://localhost:${port}/`, ['OWN'])).toMatch(/^HTTP\/1\.1 (200|502) /);
    });
  });

  it('[R8] [SEC60] other origins cannot embed anything', async () => {
    const { port } = await startReload({ ...page, 'a.css': 'a{}', 'a.png': 'x' });
    const host = `localhost:${port}`;
    for (const path of [
      '/',
      '/a.css',
      '/a.png',
      '/missing',
      '/__live-online/client.js',
      '/__live-online/alive',
    ]) {
      const { headers } = await get(port, path, { host });
      expect(headers['cross-origin-resource-policy'], path).toBe('same-origin');
    }
  });

  it('[R8] [SEC60] without serving, other origins can embed only the script', async () => {
    const { port } = await startReload(page, { serve: false, port: 0 });
    const host = `localhost:${port}`;
    const script = await get(port, '/', { host });
    expect(script.headers['content-type']).toMatch(/^text\/javascript/);
    expect(script.headers['cross-origin-resource-policy']).toBe('cross-origin');
    expect((await get(port, '/index.html', { host })).status).toBe(404);
  });
});

describe('the request guard for sockets', () => {
  it('[R8] a page of the server connects', async () => {
    const { url, port } = await startReload(page);
    expect(await connectPage(url, { origin: `http://127.0.0.1:${port}` })).toMatchObject({ ok: true });
    const named = { host: `localhost:${port}`, origin: `http://localhost:${port}` };
    expect(await connectPage(url, named)).toMatchObject({ ok: true });
  });

  it.each<[string, { origin?: string; host?: string }]>([
    ['an evil Origin', { origin: 'http://evil.example' }],
    ['an IP Origin', { origin: 'http://192.168.1.5' }],
    ['another port', { origin: 'http://127.0.0.1:1' }],
    ['no Origin', {}],
    ['Origin null', { origin: 'null' }],
    ['an evil Host', { host: 'evil.example', origin: 'http://evil.example' }],
  ])('[R8] [SEC63] %s is rejected before a session starts', async (_name, headers) => {
    const { url } = await startReload(page);
    const { ok } = await connectPage(url, headers);
    expect(ok).toBe(false);
  });

  it.each<[string, object, string]>([
    ['no token', {}, 'handshake-invalid'],
    ['a wrong token', { token: 'x'.repeat(32) }, 'token-wrong'],
    ['a token that is a number', { token: 5 }, 'handshake-invalid'],
    ['a token that is too long', { token: 'x'.repeat(300) }, 'handshake-invalid'],
    ['a newer protocol', { v: 99, token: 'x' }, 'version-unsupported'],
  ])('[R8] [SEC63] %s is rejected with a code', async (_name, auth, code) => {
    const { url, port } = await startReload(page);
    const outcome = await connectPage(url, { origin: `http://127.0.0.1:${port}`, auth });
    expect(outcome).toMatchObject({ ok: false, error: { data: { code } } });
  });

  it('[P13] [SEC63] what a page sends is ignored, and too much of it ends its connection', async () => {
    const { url, port, write } = await startReload(page);
    const origin = `http://127.0.0.1:${port}`;
    const [quiet, loud] = [await connectPage(url, { origin }), await connectPage(url, { origin })];
    const send = loud.socket.emit.bind(loud.socket) as (event: string, ...rest: unknown[]) => void;
    send('readFile', '/etc/passwd', () => expect.unreachable());
    send('error', new Error('x'));
    send('blob', 'x'.repeat(5_000));
    await vi.waitFor(() => expect(loud.socket.connected).toBe(false));
    write('new.txt', 'x');
    await vi.waitFor(() => expect(quiet.updates).toHaveLength(1));
  });

  it('[R8] [SEC63] without serving, a page of another machine is rejected even with the token', async () => {
    const { url, port } = await startReload(page, { serve: false, allowedOrigins: ['http://box.lan:3000'] });
    const auth = { v: 1, token: await readToken(url, '/') };
    const connects = async (headers: { origin?: string; host?: string }): Promise<boolean> =>
      (await connectPage(url, { ...headers, auth })).ok;
    for (const origin of ['http://evil.example', 'http://192.168.1.5', 'http://box.lan:3001', 'null']) {
      expect(await connects({ origin }), origin).toBe(false);
    }
    expect(await connects({})).toBe(false);
    expect(await connects({ host: `evil.example:${port}`, origin: `http://evil.example:${port}` })).toBe(
      false,
    );
    for (const origin of ['http://localhost:3000', 'http://127.0.0.1', 'http://box.lan:3000']) {
      expect(await connects({ origin }), origin).toBe(true);
    }
    const { ok } = await connectPage(url, { origin: 'http://localhost:3000', auth: { v: 1 } });
    expect(ok).toBe(false);
  });

  it('[R8] a token outlives a restart', async () => {
    const { folder: cacheFolder } = makeFolder();
    const first = await startReload(page, { cacheFolder });
    const { token } = (await connectPage(first.url, { origin: `http://127.0.0.1:${first.port}` })).socket
      .auth as { token: string };
    await first.server.close();
    const second = await startReload({}, { folder: first.folder, cacheFolder, port: first.port });
    const outcome = await connectPage(second.url, {
      origin: `http://127.0.0.1:${second.port}`,
      auth: { token },
    });
    expect(outcome).toMatchObject({ ok: true });
  });

  it('[R8] [SEC63] upgrades for the backend are checked, too', async () => {
    const backend = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    await once(backend, 'listening');
    onTestFinished(() => void backend.close());
    const seen: (string | undefined)[] = [];
    backend.on('connection', (_socket, { headers }) => seen.push(headers.origin));
    const { port: backendPort } = backend.address() as { port: number };
    const { port } = await startReload({}, { proxy: `http://127.0.0.1:${backendPort}` });

    const upgrade = async (headers: Record<string, string>): Promise<number | undefined> => {
      const sent = request({
        host: '127.0.0.1',
        port,
        path: '/socket',
        setHost: false,
        headers: {
          Connection: 'Upgrade',
          Upgrade: 'websocket',
          'Sec-WebSocket-Version': '13',
          'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
          ...headers,
        },
      }).end();
      return new Promise((resolve, reject) => {
        sent.on('upgrade', ({ statusCode }, socket) => {
          socket.destroy();
          resolve(statusCode);
        });
        sent.on('response', ({ statusCode }) => resolve(statusCode));
        sent.on('error', reject);
      });
    };
    const host = `localhost:${port}`;
    expect(await upgrade({ host, origin: 'http://evil.example' })).toBe(403);
    expect(await upgrade({ host: 'evil.example', origin: 'http://evil.example' })).toBe(403);
    expect(await upgrade({ host })).toBe(403);
    expect(seen).toEqual([]);
    expect(await upgrade({ host, origin: `http://${host}` })).toBe(101);
    expect(seen).toEqual([`http://127.0.0.1:${backendPort}`]);
  });
});
