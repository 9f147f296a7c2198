import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import connect from 'connect';
import express from 'express';
import fastify from 'fastify';
import { Hono } from 'hono';
import Koa from 'koa';
import { createServer as createVite } from 'vite';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { createReloadServer } from '../../src/create-reload-server.ts';
import type { ReloadServer } from '../../src/reload-server.ts';
import { connectPage, makeFolder } from '../helpers/reload-server.ts';

const PAGE = '<!doctype html><title>t</title><h1>Hello</h1>';
const asDocument = { accept: 'text/html', 'sec-fetch-dest': 'document' };

function startMiddleware() {
  const { folder, write } = makeFolder({ 'a.txt': '1' });
  const reload = createReloadServer({ watch: [folder], cacheFolder: makeFolder().folder });
  onTestFinished(() => reload.close());
  return { folder, write, reload };
}

/** Starts the server of a host app. */
async function serve(app: RequestListener) {
  const server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` };
}

/** Expects that a page contains the client, gets its script, and receives updates. */
async function expectReloading(
  url: string,
  write: (name: string, text: string) => void,
  reload: ReloadServer,
) {
  await reload.ready();
  const html = await (await fetch(url, { headers: asDocument })).text();
  expect(html).toContain('<h1>Hello</h1>');
  expect(html.match(/<script[^>]+\/__live-online\/client\.js/g)).toHaveLength(1);
  const page = await connectPage(url, { origin: new URL(url).origin });
  expect(page.ok).toBe(true);
  write('b.txt', '2');
  await vi.waitFor(() => expect(page.updates).toHaveLength(1));
  expect(page.updates[0]).toMatchObject({ action: 'reload' });
}

describe('middleware()', () => {
  it('[R1] works in Express', async () => {
    const { reload, write } = startMiddleware();
    const app = express();
    app.use(reload.middleware());
    app.get('/', (_request, response) => void response.send(PAGE));
    await expectReloading((await serve(app)).url, write, reload);
  });

  it('[R1] works in Connect', async () => {
    const { reload, write } = startMiddleware();
    const app = connect();
    app.use(reload.middleware());
    app.use((_request, response) => {
      response.setHeader('Content-Type', 'text/html');
      response.end(PAGE);
    });
    await expectReloading((await serve(app)).url, write, reload);
  });

  it('[R1] works in Fastify', async () => {
    const { reload, write } = startMiddleware();
    const app = fastify();
    onTestFinished(() => app.close());
    const middleware = reload.middleware();
    app.addHook('onRequest', (request, reply, done) => middleware(request.raw, reply.raw, done));
    app.get('/', (_request, reply) => reply.type('text/html').send(PAGE));
    await expectReloading(`${await app.listen({ port: 0, host: '127.0.0.1' })}/`, write, reload);
  });

  it('[R1] works in Koa, and leaves an answer of its own to the middleware', async () => {
    const { reload, write } = startMiddleware();
    const app = new Koa();
    const middleware = reload.middleware();
    app.use((context, next) => {
      context.respond = false;
      return new Promise((resolve, reject) => {
        context.res.once('close', resolve);
        middleware(context.req, context.res, () => {
          context.respond = true;
          next().then(resolve, reject);
        });
      });
    });
    app.use((context) => {
      context.type = 'html';
      context.body = PAGE;
    });
    const handle = app.callback();
    const { url } = await serve((request, response) => void handle(request, response));
    await expectReloading(url, write, reload);
  });

  it('[R1] works in Hono on Node.js', async () => {
    const { reload, write } = startMiddleware();
    const app = new Hono();
    app.get('/', (context) => context.html(PAGE));
    const listener = getRequestListener(app.fetch);
    const middleware = reload.middleware();
    const handle: RequestListener = (request, response) =>
      middleware(request, response, () => void listener(request, response));
    await expectReloading((await serve(handle)).url, write, reload);
  });

  it("[R1] works in Vite, beside Vite's own socket", async () => {
    const { reload, write } = startMiddleware();
    const site = makeFolder({ 'index.html': PAGE });
    const vite = await createVite({
      root: site.folder,
      configFile: false,
      logLevel: 'silent',
      server: { port: 0, host: '127.0.0.1' },
      plugins: [
        {
          name: 'reload',
          configureServer: (server) => void server.middlewares.use(reload.middleware()),
        },
      ],
    });
    onTestFinished(() => vite.close());
    await vite.listen();
    const { port } = vite.httpServer!.address() as AddressInfo;
    await expectReloading(`http://127.0.0.1:${port}/`, write, reload);
    const own = new WebSocket(`ws://127.0.0.1:${port}/?token=${vite.config.webSocketToken}`, 'vite-hmr', {
      headers: { origin: `http://127.0.0.1:${port}` },
    });
    await once(own, 'open');
    own.close();
  });

  it("[R1] does not change the host's routes and sockets, also after closing", async () => {
    const { reload } = startMiddleware();
    const app = express();
    app.use(reload.middleware());
    app.get('/', (_request, response) => void response.send(PAGE));
    app.get('/api', (_request, response) => void response.json({ ok: true }));
    const { server, url } = await serve(app);
    const sockets = new WebSocketServer({ server, path: '/own' });
    onTestFinished(() => void sockets.close());
    const headers = { origin: 'http://other.example' };
    expect(await (await fetch(`${url}api`, { headers })).json()).toEqual({ ok: true });

    const openOwn = async (): Promise<void> => {
      const socket = new WebSocket(`${url.replace('http', 'ws')}own`);
      await once(socket, 'open');
      socket.close();
    };
    await openOwn();
    expect((await connectPage(url, { origin: new URL(url).origin })).ok).toBe(true);
    expect((await connectPage(url, { origin: 'http://evil.example' })).ok).toBe(false);
    await reload.close();
    await openOwn();
    expect(await (await fetch(url, { headers: asDocument })).text()).toBe(PAGE);
    expect(Object.hasOwn(server, 'emit')).toBe(false);
  });
});

describe('notify()', () => {
  it('[R1] publishes an update for the files of a build, and without files reloads pages', async () => {
    const { reload } = startMiddleware();
    const app = express();
    app.use(reload.middleware());
    app.get('/', (_request, response) => void response.send(PAGE));
    const { url } = await serve(app);
    await (await fetch(url)).text();
    const page = await connectPage(url, { origin: new URL(url).origin });
    const built = makeFolder({ 'out/site.css': 'a{}' });
    reload.notify([`${built.folder}/out/site.css`]);
    await vi.waitFor(() => expect(page.updates).toHaveLength(1));
    expect(page.updates[0]).toMatchObject({ action: 'apply', exact: false });
    expect(page.updates[0]!.css![0]).toMatch(/out\/site\.css$/);
    reload.notify();
    await vi.waitFor(() => expect(page.updates[1]).toMatchObject({ action: 'reload' }));
  });

  it('[R2] a watched file is not published twice', async () => {
    const { reload, folder, write } = startMiddleware();
    await reload.ready();
    const updates: unknown[] = [];
    reload.on('update', (report) => updates.push(report));
    write('b.txt', '2');
    reload.notify([`${folder}/b.txt`]);
    await vi.waitFor(() => expect(updates.length).toBeGreaterThan(0));
    write('c.txt', '3');
    await vi.waitFor(() => expect(updates).toContainEqual(expect.objectContaining({ files: ['c.txt'] })));
    expect(updates).toHaveLength(2);
  });
});
