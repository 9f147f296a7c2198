import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import express from 'express';
import fastify from 'fastify';
import koa from 'koa';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import type { CounterMiddleware } from '../../src/index.ts';
import { bodyOf, collectWarnings, createCounter, expectOneWarning, startHost } from '../helpers/host.ts';

const invalid = (message: RegExp | string): unknown =>
  expect.objectContaining({
    name: 'CounterServerError',
    code: 'call-invalid',
    message: expect.stringMatching(message) as string,
  });

describe('mistakes in a host', () => {
  it('[C10] attach names the server of an app', () => {
    const counter = createCounter();
    for (const app of [express(), new koa(), fastify(), undefined, 3000]) {
      expect(() => counter.attach(app as never)).toThrow(invalid(/HTTP server, not an app: .*app\.server/));
    }
  });

  it('[C10] middleware without parentheses is an error at the first request', async () => {
    const counter = createCounter();
    const app = express();
    app.use(counter.middleware as unknown as CounterMiddleware);
    app.use(
      ((error, _request, response, _next) =>
        void response.send((error as Error).message)) as express.ErrorRequestHandler,
    );
    const base = await startHost(createServer(app));
    expect(await bodyOf(base)).toMatch(/write use\(counter\.middleware\(\)\)/);
  });

  it('[C10] a middleware without Node’s request and response is an error that names them', async () => {
    const middleware = createCounter().middleware() as (...values: unknown[]) => void;
    const errors: unknown[] = [];
    const app = new koa();
    app.on('error', (error) => errors.push(error));
    app.use(middleware as koa.Middleware);
    const base = await startHost(createServer((request, response) => void app.callback()(request, response)));
    expect((await fetch(base)).status).toBe(500);
    expect(errors).toEqual([invalid(/in Koa context\.req and context\.res/)]);

    const hooked = fastify();
    hooked.addHook('onRequest', middleware as never);
    hooked.setErrorHandler((error) => errors.push(error));
    await hooked.inject('/');
    expect(errors[1]).toEqual(invalid(/in Fastify request\.raw and reply\.raw/));
    expect(() => middleware()).toThrow(invalid('request, response, next'));
  });

  it('[C10] handleUpgrade takes the three arguments of the event', () => {
    const counter = createCounter();
    const handle = counter.handleUpgrade as (...values: unknown[]) => boolean;
    for (const values of [[], [{ url: '/live-online/socket.io/' }], [new Request('http://a.example')]]) {
      expect(() => handle(...values)).toThrow(invalid(/\(request, socket, head\)/));
    }
  });

  it('[C10] WebSockets that reach a middleware as requests are rejected, with one warning', async () => {
    const warnings = collectWarnings();
    const middleware = createCounter().middleware();
    const base = await startHost(createServer(middleware));
    for (let attempt = 0; attempt < 2; attempt++) {
      const ws = new WebSocket(
        `${base.replace('http', 'ws')}/live-online/socket.io/?EIO=4&transport=websocket`,
      );
      const [error] = (await once(ws, 'error')) as [Error];
      expect(error.message).toContain('500');
    }
    await expectOneWarning(warnings, 'call counter.attach(server) as well, or counter.handleUpgrade(');
  });

  it('[C10] a body that a parser has changed is rejected, with one warning', async () => {
    const warnings = collectWarnings();
    const app = express();
    app.use(express.json({ type: '*/*' }), createCounter({ transports: ['polling'] }).middleware());
    const base = await startHost(createServer(app));
    const response = await fetch(`${base}/live-online/socket.io/?EIO=4&transport=polling&sid=x`, {
      method: 'POST',
      body: '{"a":1}',
    });
    expect(response.status).toBe(500);
    await expectOneWarning(warnings, 'add the middleware before all body parsers');
  });

  it('[C10] a middleware below another path passes requests on, and one warning names the option', async () => {
    const warnings = collectWarnings();
    const app = express();
    app.use('/counter', createCounter().middleware());
    app.use((_request, response) => void response.send('home'));
    const base = await startHost(createServer(app));
    for (const path of ['/', '/counter/page', '/counter/', '/counter/live-online.js']) {
      expect(await bodyOf(base + path)).toBe('home');
    }
    await expectOneWarning(warnings, 'create the counter with the option path: "/counter/"');
  });

  it('[C10] an error is thrown before anything is written', async () => {
    const middleware = createCounter().middleware() as (...values: unknown[]) => void;
    const server = createServer((request: IncomingMessage, response: ServerResponse) => {
      expect(() => middleware(request, response, 'next')).toThrow(invalid('request, response, next'));
      response.end('home');
    });
    onTestFinished(() => void server.close());
    expect(await bodyOf(`${await startHost(server)}/live-online/`)).toBe('home');
  });
});
