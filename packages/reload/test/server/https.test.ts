import { once } from 'node:events';
import { readFileSync, statSync } from 'node:fs';
import { createServer, get } from 'node:https';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer as createHttpServer } from 'node:http';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { createReloadServer } from '../../src/create-reload-server.ts';
import { openKeyPair, type KeyPairOptions } from '../../src/http/certificate.ts';
import { describeTrust } from '../../src/cli/describe-trust.ts';
import { readCommandLine } from '../../src/cli/read-command-line.ts';
import { DEADLINES } from '../../src/http/own-server.ts';
import { asDocument, readAll, sendRequest } from '../helpers/backend.ts';
import { makeFolder, startReload } from '../helpers/reload-server.ts';

const PLAIN: KeyPairOptions = { https: true, host: 'localhost', allowedHosts: [], cacheRoot: '' };

/** Sends a request as a browser that trusts the certificate. */
async function request(url: string, headers: Record<string, string>, ca: string) {
  const sent = get(url, { headers, ca, agent: false });
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return {
    headers: response.headers,
    status: response.statusCode,
    text: (await readAll(response)).toString(),
  };
}

/** A backend with HTTPS behind the tool, whose pages use its own cookies. */
async function startSecureBackend(cacheFolder: string, https: boolean) {
  const pair = (await openKeyPair({ ...PLAIN, cacheRoot: cacheFolder }, () => {}))!;
  const seen: (string | undefined)[] = [];
  const backend = createServer(pair, (incoming, response) => {
    seen.push(incoming.headers.cookie);
    response.setHeader('Set-Cookie', ['a=1; Secure; SameSite=None', '__Host-b=2; Secure; Path=/']);
    response.setHeader('Content-Type', 'text/html');
    response.end(`<!doctype html><a href="https://${incoming.headers.host}/next">next</a>`);
  }).listen(0, '127.0.0.1');
  await once(backend, 'listening');
  onTestFinished(() => {
    backend.closeAllConnections();
    backend.close();
  });
  const proxy = `https://localhost:${(backend.address() as AddressInfo).port}`;
  const reload = await startReload({}, { proxy, watch: [makeFolder().folder], https, cacheFolder });
  return { ...reload, seen, cert: pair.cert };
}

describe('https', () => {
  it('[R1] a certificate is made for the names of the server, and is stored for the user alone', async () => {
    const cacheFolder = makeFolder().folder;
    const options = { ...PLAIN, allowedHosts: ['box.lan'], cacheRoot: cacheFolder };
    const first = (await openKeyPair(options, () => {}))!;
    const second = (await openKeyPair(options, () => {}))!;
    expect(second).toEqual(first);
    expect(readFileSync(first.file!, 'latin1')).toBe(first.cert);
    expect(statSync(first.file!.replace('.crt', '.pem')).mode & 0o777).toBe(0o600);
    const other = (await openKeyPair({ ...options, allowedHosts: [] }, () => {}))!;
    expect(other.cert).not.toBe(first.cert);
    const server = createServer(first, (_request, response) => response.end('hello')).listen(0);
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    for (const servername of ['localhost', 'box.lan']) {
      const socket = connectTls({ port, host: 'localhost', servername, ca: first.cert });
      await once(socket, 'secureConnect');
      socket.destroy();
    }
    expect((await request(`https://127.0.0.1:${port}/`, {}, first.cert)).text).toBe('hello');
  });

  it('[R1] pages, the script and the socket use HTTPS on one port', async () => {
    const cacheFolder = makeFolder().folder;
    const { url, port } = await startReload(
      { 'index.html': '<!doctype html><h1>hello</h1>' },
      { https: true, cacheFolder },
    );
    const { cert } = (await openKeyPair({ ...PLAIN, cacheRoot: cacheFolder }, () => {}))!;
    expect(url).toBe(`https://localhost:${port}/`);
    const page = await request(url, asDocument, cert);
    expect(page.text).toContain('<script async src="/__live-online/client.js"');
    const script = await request(`${url}__live-online/client.js`, {}, cert);
    const token = /"token":"([\w-]+)"/.exec(script.text)![1]!;
    const socket = new WebSocket(
      `wss://localhost:${port}/__live-online/socket.io/?EIO=4&transport=websocket`,
      {
        origin: `https://localhost:${port}`,
        ca: cert,
      },
    );
    const received: string[] = [];
    socket.on('message', (data: Buffer) => {
      received.push(data.toString());
      if (received.length === 1) socket.send(`40${JSON.stringify({ v: 1, token })}`);
    });
    await expect.poll(() => received.join()).toContain('["version"');
    socket.terminate();
    await expect(request(url, { origin: `https://example.org` }, cert)).resolves.toMatchObject({
      status: 403,
    });
  });

  it('[R1] a request without TLS is redirected to the https URL, if it names a known host', async () => {
    const cacheFolder = makeFolder().folder;
    const files = { 'index.html': 'hello' };
    const { url, port } = await startReload(files, { https: true, cacheFolder });
    const plain = `http://localhost:${port}`;
    const response = await fetch(`${plain}/a%20b?c=1`, { redirect: 'manual' });
    expect([response.status, response.headers.get('location')]).toEqual([307, `${url}a%20b?c=1`]);
    expect(await response.text()).toBe(`this port uses HTTPS: open ${url}a%20b?c=1\n`);
    const foreign = await sendRequest(port, '/', { headers: { host: 'evil.example' } });
    expect([foreign.statusCode, foreign.headers.location]).toEqual([403, undefined]);
    const absolute = await sendRequest(port, '//evil.example/x');
    expect(absolute.headers.location).toBe(`${url}x`);
    const posted = await sendRequest(port, '/', { method: 'POST' });
    expect(posted.statusCode).toBe(307);
    const { cert } = (await openKeyPair({ ...PLAIN, cacheRoot: cacheFolder }, () => {}))!;
    expect((await request(url, {}, cert)).text).toBe('hello');
  });

  it('[R8] [SEC66] at the port of HTTPS, a connection that sends nothing, or no whole head, ends', async () => {
    const deadlines = { ...DEADLINES, headMs: 100 };
    const { port } = await startReload({}, { https: true }, deadlines);
    for (const text of ['', 'GET / HTTP/1.1\r\n', '\u0016']) {
      const socket = connect(port, '127.0.0.1');
      socket.on('error', () => {});
      if (text !== '') socket.write(text, 'latin1');
      socket.resume();
      await once(socket, 'close');
    }
  });

  it('[R1] with --no-serve, the script connects by HTTPS', async () => {
    const cacheFolder = makeFolder().folder;
    const { url, port } = await startReload({ 'a.txt': '' }, { serve: false, https: true, cacheFolder });
    const { cert } = (await openKeyPair({ ...PLAIN, cacheRoot: cacheFolder }, () => {}))!;
    expect((await request(url, {}, cert)).text).toContain(
      `"base":"https://localhost:${port}/__live-online/"`,
    );
  });

  it('[R1] WebSockets of a backend work over HTTPS', async () => {
    const backend = createHttpServer().listen(0, '127.0.0.1');
    await once(backend, 'listening');
    const sockets = new WebSocketServer({ server: backend });
    sockets.on('connection', (socket) =>
      socket.on('message', (text: Buffer) => socket.send(`echo ${text.toString()}`)),
    );
    onTestFinished(() => {
      sockets.close();
      backend.closeAllConnections();
      backend.close();
    });
    const cacheFolder = makeFolder().folder;
    const proxy = `http://127.0.0.1:${(backend.address() as AddressInfo).port}`;
    const { port } = await startReload({}, { proxy, watch: [makeFolder().folder], https: true, cacheFolder });
    const { cert } = (await openKeyPair({ ...PLAIN, cacheRoot: cacheFolder }, () => {}))!;
    const socket = new WebSocket(`wss://localhost:${port}/`, {
      origin: `https://localhost:${port}`,
      ca: cert,
    });
    await once(socket, 'open');
    socket.send('hello');
    const [message] = (await once(socket, 'message')) as [Buffer];
    expect(message.toString()).toBe('echo hello');
    socket.terminate();
  });

  it('[R1] cookies and addresses of a backend with HTTPS are unchanged over HTTPS', async () => {
    const { url, port, cert, seen } = await startSecureBackend(makeFolder().folder, true);
    const { headers, text } = await request(url, { cookie: '__Host-b=2' }, cert);
    expect(headers['set-cookie']).toEqual(['a=1; Secure; SameSite=None', '__Host-b=2; Secure; Path=/']);
    expect(text).toContain(`href="https://localhost:${port}/next"`);
    expect(seen).toEqual(['__Host-b=2']);
  });

  it('[R1] cookies of a backend with HTTPS arrive and come back over HTTP', async () => {
    const { url, port, seen } = await startSecureBackend(makeFolder().folder, false);
    const response = await fetch(url, { headers: { cookie: 'a=1; live-online-__Host-b=2' } });
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'live-online-__Host-b=2; Path=/']);
    expect(await response.text()).toContain(`href="http://localhost:${port}/next"`);
    expect(seen).toEqual(['a=1; __Host-b=2']);
  });

  it('[R1] the terminal shows how to trust the certificate', () => {
    const linux = describeTrust('/cache/a.crt', 'linux').join('\n');
    expect(linux).toContain(
      'certutil -d sql:$HOME/.pki/nssdb -A -t P,, -n live-online-reload -i "/cache/a.crt"',
    );
    expect(describeTrust('/cache/a.crt', 'darwin').join()).toContain('security add-trusted-cert');
    expect(describeTrust('/cache/a.crt', 'linux').join()).toContain('install libnss3-tools');
    expect(describeTrust('/cache/a.crt', 'win32').join()).not.toContain('libnss3');
    expect(describeTrust('/cache/a.crt', 'win32').join()).toContain('certutil -user -addstore Root');
  });

  it('[R1] the key and the certificate of the user are texts or files, and belong together', async () => {
    const cacheFolder = makeFolder().folder;
    const { key, cert } = (await openKeyPair({ ...PLAIN, cacheRoot: cacheFolder }, () => {}))!;
    const other = (await openKeyPair({ ...PLAIN, host: 'box.lan', cacheRoot: cacheFolder }, () => {}))!;
    const { folder } = makeFolder({ 'key.pem': key, 'cert.pem': cert });
    const files = { key: `${folder}/key.pem`, cert: `${folder}/cert.pem` };
    const { url } = await startReload({ 'index.html': 'mine' }, { https: files, cacheFolder });
    expect((await request(url, {}, cert)).text).toBe('mine');
    const create = (https: { key: string; cert: string }) => () => createReloadServer({ folder, https });
    expect(create({ key, cert: other.cert })).toThrow('must be a key and the certificate that belongs to it');
    expect(create({ key: `${folder}/none`, cert })).toThrow(
      `https.key must be PEM, or the path of a file with it: ${folder}/none does not exist`,
    );
    const flags = ['content', '--https-key', 'k.pem', '--https-cert', 'c.pem'];
    expect(readCommandLine(flags, {}).options.https).toEqual({ key: 'k.pem', cert: 'c.pem' });
    expect(() => readCommandLine(['content', '--https-key', 'k.pem'], {})).toThrow('belong together');
  });
});
