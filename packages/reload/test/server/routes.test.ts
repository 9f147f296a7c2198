import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { readCommandLine } from '../../src/cli/read-command-line.ts';
import { DEADLINES } from '../../src/http/own-server.ts';
import { resolveOptions } from '../../src/options/resolve-options.ts';
import { isBelow } from '../../src/serving/routed-pages.ts';
import { asDocument, readAll, sendRequest } from '../helpers/backend.ts';
import { makeFolder, startReload } from '../helpers/reload-server.ts';

async function serve(listener: RequestListener) {
  const backend = createServer(listener).listen(0, '127.0.0.1');
  await once(backend, 'listening');
  onTestFinished(() => {
    backend.closeAllConnections();
    backend.close();
  });
  return { backend, url: `http://127.0.0.1:${(backend.address() as AddressInfo).port}` };
}

const get = async (port: number, path: string, headers = {}): Promise<string> =>
  (await readAll(await sendRequest(port, path, { headers }))).toString();

it.each([
  ['/api', '/api', true],
  ['/api/users', '/api', true],
  ['/apis', '/api', false],
  ['/api', '/api/', false],
  ['/api/users', '/api/', true],
  ['/any', '/', true],
])('[R1] %s is below %s: %s', (path, prefix, expected) => {
  expect(isBelow(path, prefix)).toBe(expected);
});

describe('routes to other backends', () => {
  it('[R1] beside a folder: the longest prefix counts, and the path stays', async () => {
    const api = await serve((request, response) => response.end(`api ${request.url}`));
    const inner = await serve((request, response) => response.end(`inner ${request.url}`));
    const { port } = await startReload(
      { 'index.html': 'folder', 'apis.txt': 'file' },
      { routes: { '/api': api.url, '/api/inner': inner.url } },
    );
    expect(await get(port, '/')).toBe('folder');
    expect(await get(port, '/apis.txt')).toBe('file');
    expect(await get(port, '/api?a=1')).toBe('api /api?a=1');
    expect(await get(port, '/api/users')).toBe('api /api/users');
    expect(await get(port, '/api/inner/x')).toBe('inner /api/inner/x');
  });

  it('[R1] beside a backend: its pages contain the client, and uploads and WebSockets reach it', async () => {
    const main = await serve((_request, response) => response.end('main'));
    const api = await serve((request, response) => {
      if (request.method === 'POST') return void request.pipe(response);
      response.setHeader('Content-Type', 'text/html');
      response.end('<!doctype html><title>t</title>');
    });
    new WebSocketServer({ server: api.backend }).on('connection', (socket) => socket.send('hello'));
    const { port } = await startReload({}, { proxy: main.url, routes: { '/api': api.url } });
    expect(await get(port, '/')).toBe('main');
    expect(await get(port, '/api', asDocument)).toContain('/__live-online/client.js');
    const body = 'x'.repeat(1_000_000);
    const sent = await sendRequest(port, '/api', { method: 'POST', body });
    expect((await readAll(sent)).toString()).toBe(body);
    const socket = new WebSocket(`ws://localhost:${port}/api/any`, { origin: `http://localhost:${port}` });
    const [message] = (await once(socket, 'message')) as [Buffer];
    expect(message.toString()).toBe('hello');
    socket.terminate();
  });

  it('[R1] a WebSocket beside the routes of a folder is an ordinary request', async () => {
    const api = await serve((_request, response) => response.end());
    const { port } = await startReload({ 'index.html': 'folder' }, { routes: { '/api': api.url } });
    const socket = new WebSocket(`ws://localhost:${port}/`, { origin: `http://localhost:${port}` });
    const [, response] = (await once(socket, 'unexpected-response')) as [unknown, { statusCode: number }];
    expect(response.statusCode).toBe(200);
    socket.on('error', () => {}).terminate();
  });

  it('[R1] the event names the backend that is down', async () => {
    const gone = await serve(() => {});
    gone.backend.close();
    const { port, server } = await startReload({ 'index.html': '' }, { routes: { '/api': gone.url } });
    const changes: object[] = [];
    server.on('backend', (change) => changes.push(change));
    expect(await get(port, '/api', asDocument)).toContain(gone.url);
    expect(changes).toEqual([expect.objectContaining({ state: 'down', url: gone.url })]);
  });

  it('[R8] beside a route, an upload to the folder has a deadline', async () => {
    const api = await serve(() => {});
    const { port } = await startReload(
      { 'index.html': '' },
      { routes: { '/api': api.url } },
      { ...DEADLINES, requestMs: 300 },
    );
    const open = (path: string) => {
      const socket = connect(port, '127.0.0.1').on('error', () => {});
      onTestFinished(() => void socket.destroy());
      socket.resume();
      socket.write(`POST ${path} HTTP/1.1\r\nHost: localhost:${port}\r\nContent-Length: 9\r\n\r\nx`);
      return socket;
    };
    const [toBackend, toFolder] = [open('/api'), open('/')];
    await vi.waitFor(() => expect(toFolder.closed).toBe(true));
    expect(toBackend.closed).toBe(false);
  });
});

describe('headers of all responses', () => {
  const headers = {
    'X-Own': 'a',
    'cache-control': 'no-store',
    'Content-Security-Policy': "script-src 'none'",
  };

  it('[R7] are sent with files, pages, errors and responses of a backend, whose own they replace', async () => {
    const api = await serve((_request, response) => {
      response.writeHead(200, { 'X-Own': 'backend', 'X-Other': 'b', 'Cache-Control': 'max-age=9' }).end();
    });
    const { port } = await startReload(
      { 'index.html': '<!doctype html><title>t</title>', 'a.txt': 'a' },
      { headers, routes: { '/api': api.url } },
    );
    for (const path of ['/', '/a.txt', '/missing', '/api', '/__live-online/client.js']) {
      const response = await sendRequest(port, path);
      await readAll(response);
      expect(response.headers['x-own'], path).toBe('a');
    }
    const { headers: forwarded } = await sendRequest(port, '/api');
    expect(forwarded).toMatchObject({ 'x-own': 'a', 'x-other': 'b', 'cache-control': 'no-store' });
    const rejected = await sendRequest(port, '/', { headers: { host: 'evil.example' } });
    expect([rejected.statusCode, rejected.headers['x-own']]).toEqual([403, 'a']);
  });

  it('[R7] a policy among them allows the client', async () => {
    const { port } = await startReload({ 'index.html': '<!doctype html><title>t</title>' }, { headers });
    const page = await sendRequest(port, '/', { headers: asDocument });
    expect((await readAll(page)).toString()).toContain('nonce=');
    expect(page.headers['content-security-policy']).toContain('/__live-online/client.js');
  });
});

describe('the flags --route and --header', () => {
  const read = (...args: string[]) => readCommandLine(args, {}).options;

  it('[R1] can be repeated', () => {
    const { folder } = makeFolder();
    const options = read(folder, '--route', '/api=http://localhost:9000', '--route', '/b=http://localhost:1');
    expect(resolveOptions(options).routes.map(({ prefix, target }) => [prefix, target.href])).toEqual([
      ['/api', 'http://localhost:9000/'],
      ['/b', 'http://localhost:1/'],
    ]);
    expect(read('--header', 'A: b: c, d', '--header', 'E:f').headers).toEqual({ A: 'b: c, d', E: 'f' });
  });

  it.each([
    [['--route', '/api'], '--route must be PREFIX=URL, such as /api=http://localhost:9000, not "/api"'],
    [['--route', 'api=http://localhost:9000'], '--route must be PREFIX=URL'],
    [['--route', '/api=http://localhost:9000/path'], 'routes./api must be the URL of a backend'],
    [['--header', 'X-Own'], '--header must be "NAME: VALUE", such as "X-Name: value", not "X-Own"'],
    [['--header', 'X Own: a'], 'headers.X Own is not the name of a header'],
    [['--header', 'Content-Length: 1'], 'headers.Content-Length is not the name of a header'],
    [['--header', 'A: b\nC: d'], 'headers.A must be the value of a header'],
    [['--no-serve', '--route', '/api=http://localhost:9000'], 'routes requires a folder to serve, or proxy'],
  ])('[R1] %j is a mistake', (args, message) => {
    const { folder } = makeFolder();
    expect(() => resolveOptions(read(folder, ...args))).toThrow(message);
  });
});
