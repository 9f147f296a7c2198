import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import connect from 'connect';
import express, { type Express } from 'express';
import fastify from 'fastify';
import { fromNodeHandler, H3 } from 'h3';
import { toNodeHandler } from 'h3/node';
import polka from 'polka';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { memoryStore, type CounterServer } from '../../src/index.ts';
import {
  bodyOf,
  collectWarnings,
  createCounter,
  expectCounterAt,
  expectOneWarning,
  startHost,
} from '../helpers/host.ts';
import { openPage } from '../helpers/page.ts';

/** Passes the upgrades of an Express or Connect app on to the counter. */
function serverOf(app: Parameters<typeof createServer>[1], counter: CounterServer) {
  const server = createServer(app);
  server.on('upgrade', (request, socket, head) => {
    if (!counter.handleUpgrade(request, socket, head)) socket.destroy();
  });
  return server;
}

describe('as a middleware', () => {
  it('[C10] Express keeps its routes, before and after it', async () => {
    const counter = createCounter();
    const app = express();
    app.get('/first', (_request, response) => void response.send('first'));
    app.use(counter.middleware());
    app.get('/', (_request, response) => void response.send('home'));
    app.post('/echo', express.json(), (request, response) => void response.json(request.body));
    app.use((_request, response) => void response.status(404).send('the app’s 404'));
    const base = await startHost(serverOf(app, counter));
    await expectCounterAt(base);
    expect(await bodyOf(`${base}/first`)).toBe('first');
    expect(await bodyOf(`${base}/`)).toBe('home');
    const headers = { 'content-type': 'application/json' };
    expect(await bodyOf(`${base}/echo`, { method: 'POST', body: '{"a":1}', headers })).toBe('{"a":1}');
    for (const path of ['/live-online', '/healthz', '/x/live-online/']) {
      expect(await bodyOf(`${base}${path}`)).toBe('the app’s 404');
    }
  });

  it.each<[string, string, (app: Express, counter: CounterServer) => void]>([
    ['a path', '/live-online/', (app, counter) => app.use('/live-online', counter.middleware())],
    ['a path of several parts', '/a/b/', (app, counter) => app.use('/a/b', counter.middleware())],
    ['a part of the path', '/a/b/', (app, counter) => app.use('/a', counter.middleware())],
    ['a router', '/a/b/', (app, counter) => app.use('/a', express.Router().use('/b', counter.middleware()))],
  ])('[C10] Express may use it below %s', async (_where, path, mount) => {
    const counter = createCounter({ path, transports: ['websocket', 'polling'] });
    const app = express();
    mount(app, counter);
    app.use((request, response) => void response.send(`home of ${request.url}`));
    const base = await startHost(serverOf(app, counter));
    await expectCounterAt(base, path);
    const page = openPage(base, { path: `${path}socket.io`, transports: ['polling'] });
    await page.receives(1);
    expect(await bodyOf(`${base}${path.slice(0, -1)}?a=b`)).toBe(`home of ${path.slice(0, -1)}?a=b`);
  });

  it('[C10] Connect may use it below a path', async () => {
    const counter = createCounter();
    const app = connect();
    app.use('/live-online', counter.middleware());
    app.use((_request: IncomingMessage, response) => void response.end('home'));
    const base = await startHost(serverOf(app, counter));
    await expectCounterAt(base);
    expect(await bodyOf(`${base}/live-online`)).toBe('home');
  });

  it.each<[string, (counter: CounterServer) => RequestListener]>([
    [
      'h3',
      (counter) => {
        const app = new H3().use(fromNodeHandler(counter.middleware())).get('/', () => 'home');
        return toNodeHandler(app);
      },
    ],
    [
      'Polka',
      (counter) => {
        const app = polka().use('/live-online', counter.middleware());
        app.get('/', (_request, response) => void response.end('home'));
        return app.handler as unknown as RequestListener;
      },
    ],
  ])('[C10] %s passes requests to it', async (_name, create) => {
    const counter = createCounter();
    const base = await startHost(serverOf(create(counter), counter));
    await expectCounterAt(base);
    expect(await bodyOf(`${base}/`)).toBe('home');
    expect((await fetch(`${base}/other`)).status).toBe(404);
  });

  it('[C10] in Fastify it is a hook, also for injected requests', async () => {
    const counter = createCounter();
    const app = fastify();
    const middleware = counter.middleware();
    app.addHook('onRequest', (request, reply, done) => middleware(request.raw, reply.raw, done));
    app.post('/echo', (request) => request.body);
    counter.attach(app.server);
    onTestFinished(() => app.close());
    const base = await app.listen({ port: 0, host: '127.0.0.1' });
    await expectCounterAt(base);
    expect((await app.inject('/live-online/readyz')).body).toBe('ready\n');
    expect((await app.inject('/live-online/nothing')).statusCode).toBe(404);
    expect((await app.inject({ method: 'POST', url: '/echo', payload: { a: 1 } })).body).toBe('{"a":1}');
  });

  it('[C10] without next it answers everything else with 404', async () => {
    const counter = createCounter();
    const base = await startHost(serverOf(counter.middleware(), counter));
    await expectCounterAt(base);
    expect(await bodyOf(`${base}/`)).toBe('not found\n');
  });

  it.each([
    ['json', [express.json()]],
    ['text', [express.text()]],
    ['raw', [express.raw({ type: '*/*' })]],
    ['all', [express.json(), express.urlencoded(), express.text(), express.raw({ type: '*/*' })]],
  ])('[C10] a body parser may have read the requests before it: %s', async (_name, parsers) => {
    const counter = createCounter({ transports: ['polling'] });
    const app = express();
    app.use(...parsers, counter.middleware());
    const base = await startHost(serverOf(app, counter));
    const page = openPage(base, { path: '/live-online/socket.io', transports: ['polling'] });
    await page.receives(1);
    expect(counter.total('local')).toBe(1);
  });

  it('[C10] close leaves the host’s requests to the host', async () => {
    const counter = createCounter();
    const app = express();
    app.use(counter.middleware());
    app.use((_request, response) => void response.send('home'));
    const server = createServer(app);
    const before = server.emit;
    const listeners = server.eventNames().map((name) => [name, server.listenerCount(name)]);
    const base = await startHost(server);
    expect(await bodyOf(`${base}/live-online/readyz`)).toBe('ready\n');
    await counter.close();
    expect(await bodyOf(`${base}/live-online/readyz`)).toBe('home');
    expect(server.emit).toBe(before);
    expect(server.eventNames().map((name) => [name, server.listenerCount(name)])).toEqual(listeners);
    expect(() => counter.middleware()).toThrow(expect.objectContaining({ code: 'closed' }));
  });

  it('[C9] it opens the store when it is created, once', async () => {
    const store = memoryStore();
    const open = vi.spyOn(store, 'open');
    const counter = createCounter({ store });
    expect(open).toHaveBeenCalledTimes(0);
    counter.middleware();
    counter.middleware();
    counter.attach(createServer());
    expect(open).toHaveBeenCalledTimes(1);
  });

  it('[C9] a store that cannot be opened is reported once', async () => {
    const warnings = collectWarnings();
    const store = { ...memoryStore(), open: () => Promise.reject(new Error('no such host')) };
    const counter = createCounter({ store });
    counter.middleware();
    counter.attach(createServer());
    await expectOneWarning(warnings, 'the store could not be opened: no such host');
  });
});
