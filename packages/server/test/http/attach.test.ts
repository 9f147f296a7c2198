import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import fastify from 'fastify';
import { expect, it, onTestFinished, vi } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import {
  createCounterServer,
  memoryStore,
  type CounterServer,
  type CounterServerOptions,
} from '../../src/index.ts';
import { createEngine, inEachEngine } from '../helpers/engines.ts';
import { bodyOf, startHost } from '../helpers/host.ts';
import { openPage } from '../helpers/page.ts';
import { sendHttp } from '../helpers/send-http.ts';

async function expectCounterAt(base: string): Promise<void> {
  expect(await bodyOf(`${base}/live-online/`)).toContain('locWidget');
  expect(await bodyOf(`${base}/live-online/live-online.js`)).toContain('locWidget');
  expect(await bodyOf(`${base}/live-online/readyz`)).toBe('ready\n');
  expect((await fetch(`${base}/live-online/nothing`)).status).toBe(404);
  const page = openPage(base, { path: '/live-online/socket.io', origin: 'https://a.example' });
  await page.receives(1);
  page.leave();
}

inEachEngine('beside an existing server', (_start, engine) => {
  const createCounter = (options?: CounterServerOptions): CounterServer => createEngine(engine, options);

  it('[C10] Express 5 keeps its routes', async () => {
    const app = express();
    app.get('/', (_request, response) => void response.send('home'));
    app.get('/healthz', (_request, response) => void response.send('the app’s own'));
    app.use((_request, response) => void response.status(404).send('the app’s 404'));
    const server = createServer(app);
    createCounter().attach(server);
    const base = await startHost(server);
    await expectCounterAt(base);
    expect(await bodyOf(`${base}/`)).toBe('home');
    expect(await bodyOf(`${base}/healthz`)).toBe('the app’s own');
    expect(await bodyOf(`${base}/live-online`)).toBe('the app’s 404');
  });

  it('[C10] Fastify 5 keeps its routes', async () => {
    const app = fastify();
    app.get('/', () => 'home');
    app.post('/echo', (request) => request.body);
    createCounter().attach(app.server);
    onTestFinished(() => app.close());
    const base = await app.listen({ port: 0, host: '127.0.0.1' });
    await expectCounterAt(base);
    expect(await bodyOf(`${base}/`)).toBe('home');
    const headers = { 'content-type': 'application/json' };
    expect(await bodyOf(`${base}/echo`, { method: 'POST', body: '{"a":1}', headers })).toBe('{"a":1}');
  });

  it('[C10] a second WebSocket server on the same port works, in any order of set-up', async () => {
    for (const counterFirst of [true, false]) {
      const server = createServer((_request, response) => void response.end('home'));
      const counter = createCounter();
      if (counterFirst) counter.attach(server);
      const echo = new WebSocketServer({ noServer: true });
      server.on('upgrade', (request, socket, head) => {
        if (request.url !== '/echo') return;
        echo.handleUpgrade(request, socket, head, (ws) => ws.on('message', (data) => ws.send(data)));
      });
      if (!counterFirst) counter.attach(server);
      const base = await startHost(server);
      await expectCounterAt(base);
      const ws = new WebSocket(`${base.replace('http', 'ws')}/echo`);
      onTestFinished(() => ws.terminate());
      await once(ws, 'open');
      ws.send('still here');
      const [echoed] = (await once(ws, 'message')) as [Buffer];
      expect(String(echoed)).toBe('still here');
    }
  });

  it.each(['before', 'after'])(
    '[C10] a ws server that was bound to the port %s is left alone',
    async (order) => {
      const server = createServer((_request, response) => void response.end('home'));
      const counter = createCounter();
      if (order === 'after') counter.attach(server);
      const chat = new WebSocketServer({ server, path: '/chat' });
      chat.on('connection', (ws) => ws.on('message', (data) => ws.send(data)));
      if (order === 'before') counter.attach(server);
      const base = await startHost(server);
      await expectCounterAt(base);
      const ws = new WebSocket(`${base.replace('http', 'ws')}/chat`);
      onTestFinished(() => ws.terminate());
      await once(ws, 'open');
      ws.send('still here');
      const [echoed] = (await once(ws, 'message')) as [Buffer];
      expect(String(echoed)).toBe('still here');
    },
  );

  it('[C10] a request that offers another protocol gets the host’s answer, as it would without the counter', async () => {
    const server = createServer((_request, response) => void response.end('home'));
    createCounter().attach(server);
    const base = await startHost(server);
    const ws = new WebSocket(`${base.replace('http', 'ws')}/nowhere`);
    const [error] = (await once(ws, 'error')) as [Error];
    expect(error.message).toContain('200');
    const { port } = server.address() as AddressInfo;
    const answer = await sendHttp(
      port,
      'GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, close\r\nUpgrade: h2c\r\n\r\n',
    );
    expect(answer).toMatch(/^HTTP\/1\.1 200 [\s\S]*home$/);
  });

  it('[C10] listeners that the host adds later see nothing of the counter’s', async () => {
    const server = createServer();
    createCounter().attach(server);
    const seen: string[] = [];
    server.on('request', (request, response) => {
      seen.push(request.url!);
      response.end('home');
    });
    const base = await startHost(server);
    await expectCounterAt(base);
    expect(await bodyOf(`${base}/`)).toBe('home');
    expect(seen).toEqual(['/']);
  });

  it('[C10] two counters share a port under paths of their own', async () => {
    const server = createServer();
    createCounter({ path: '/one/' }).attach(server);
    createCounter({ path: '/two/' }).attach(server);
    const base = await startHost(server);
    for (const path of ['/one', '/two']) {
      expect(await bodyOf(`${base}${path}/readyz`)).toBe('ready\n');
      await openPage(base, { path: `${path}/socket.io` }).receives(1);
    }
  });

  it('[C10] two counters on one server close one by one, and it is as it was found', async () => {
    const server = createServer((_request, response) => void response.end('home'));
    const emit = server.emit;
    const [one, two] = [createCounter({ path: '/one/' }), createCounter({ path: '/two/' })];
    const detach = one.attach(server);
    two.attach(server);
    const base = await startHost(server);
    await one.close();
    detach();
    expect(await bodyOf(`${base}/one/readyz`)).toBe('home');
    expect(await bodyOf(`${base}/two/readyz`)).toBe('ready\n');
    await two.close();
    expect(await bodyOf(`${base}/two/readyz`)).toBe('home');
    expect(server.listenerCount('request')).toBe(1);
    expect(server.listenerCount('upgrade')).toBe(0);
    expect(server.emit).toBe(emit);
  });

  it('[C10] a tool that has wrapped the server meanwhile keeps working', async () => {
    const server = createServer();
    const detach = createCounter().attach(server);
    const { emit } = server;
    const seen: string[] = [];
    server.emit = function (this: Server, event: string, ...details: unknown[]) {
      seen.push(event);
      return (emit as (...all: unknown[]) => boolean).call(this, event, ...details);
    } as Server['emit'];
    detach();
    server.on('request', (_request, response) => void response.end('home'));
    server.on('upgrade', (_request, socket) =>
      socket.end('HTTP/1.1 418 I am the host\r\nConnection: close\r\n\r\n'),
    );
    const base = await startHost(server);
    expect(await bodyOf(`${base}/live-online/`)).toBe('home');
    const ws = new WebSocket(`${base.replace('http', 'ws')}/live-online/socket.io/`);
    const [error] = (await once(ws, 'error')) as [Error];
    expect(error.message).toContain('418');
    expect(seen).toEqual(expect.arrayContaining(['request', 'upgrade']));
  });

  it('[C10] one path holds one counter', () => {
    const server = createServer();
    const counter = createCounter();
    counter.attach(server);
    for (const other of [counter, createCounter()]) {
      expect(() => other.attach(server)).toThrow(
        expect.objectContaining({ code: 'path-taken', message: expect.stringContaining('/live-online/') }),
      );
    }
  });

  it('[C9] a counter whose store cannot be opened counts its own members', async () => {
    const store = { ...memoryStore(), open: () => Promise.reject(new Error('no such host')) };
    const warned = once(process, 'warning') as Promise<[Error]>;
    const server = createServer();
    const counter = createCounter({ store });
    counter.attach(server);
    const stale: boolean[] = [];
    counter.on('total', (details) => stale.push(details.stale));
    const reasons: unknown[] = [];
    counter.on('stale', (details) => reasons.push(details));
    const base = await startHost(server);
    await openPage(base, { path: '/live-online/socket.io' }).receives(1);
    const [warning] = await warned;
    expect(warning.message).toBe('the store could not be opened: no such host');
    await vi.waitFor(() => expect(stale.at(-1)).toBe(true));
    expect(reasons).toEqual([{ stale: true, reason: 'no such host' }]);
    expect(counter.isStale()).toBe(true);
    await expect(createCounterServer({ store, port: 0 }).listen()).rejects.toMatchObject({
      code: 'store-failed',
    });
  });

  it('[C10] closing the counter leaves the server as it was found', async () => {
    const server = createServer((_request, response) => void response.end('home'));
    const counter = createCounter();
    counter.attach(server);
    const base = await startHost(server);
    const page = openPage(base, { path: '/live-online/socket.io' });
    await page.receives(1);
    await counter.close();
    expect(await page.closed()).toBe('transport close');
    expect(await bodyOf(`${base}/live-online/`)).toBe('home');
    expect(server.listenerCount('upgrade')).toBe(0);
    expect(server.listenerCount('request')).toBe(1);
    expect(() => counter.attach(server)).toThrow(expect.objectContaining({ code: 'closed' }));
  });

  it('[C10] the function that attach returns detaches this counter only', async () => {
    const server = createServer((_request, response) => void response.end('home'));
    const counter = createCounter();
    const detach = counter.attach(server);
    const base = await startHost(server);
    expect(await bodyOf(`${base}/live-online/readyz`)).toBe('ready\n');
    detach();
    detach();
    expect(await bodyOf(`${base}/live-online/readyz`)).toBe('home');
  });
});
