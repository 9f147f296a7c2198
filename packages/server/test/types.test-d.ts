import { createServer } from 'node:http';
import { createSecureServer } from 'node:http2';
import { serve } from '@hono/node-server';
import connect from 'connect';
import express from 'express';
import fastify from 'fastify';
import koa from 'koa';
import { Server } from 'socket.io';
import { describe, expectTypeOf, it } from 'vitest';
import {
  attachCounter,
  createCounterServer,
  type CounterMiddleware,
  type CounterServer,
  type CounterStats,
  type Listening,
} from '../src/index.ts';

describe('types', () => {
  const counter: CounterServer = createCounterServer();

  it('[C10] events have typed arguments', () => {
    counter.on('total', (details) =>
      expectTypeOf(details).toEqualTypeOf<{ site: string; total: number; stale: boolean }>(),
    );
    counter.on('occupied', (details) => expectTypeOf(details).toEqualTypeOf<{ site: string }>());
    counter.on('vacated', (details) => expectTypeOf(details).toEqualTypeOf<{ site: string }>());
    counter.on('limit', (details) =>
      expectTypeOf(details).toEqualTypeOf<{ limit: string; address: string | undefined }>(),
    );
    // @ts-expect-error there is no such event
    counter.on('party', () => {});
    expectTypeOf(counter.on('vacated', () => {})).toEqualTypeOf<() => void>();
  });

  it('[C10] all kinds of counters have the same view and shutdown', () => {
    const attached = attachCounter(new Server());
    for (const one of [counter, attached]) {
      expectTypeOf(one.total('a.example')).toEqualTypeOf<number>();
      expectTypeOf(one.totals()).toEqualTypeOf<Map<string, number>>();
      expectTypeOf(one.stats()).toEqualTypeOf<CounterStats>();
      expectTypeOf(one.close()).toEqualTypeOf<Promise<void>>();
    }
    expectTypeOf(counter.listen()).toEqualTypeOf<Promise<Listening>>();
    expectTypeOf(counter.attach(createServer())).toEqualTypeOf<() => void>();
  });

  it('[C10] the middleware fits Express, Connect and Node, and in hooks Fastify and Koa', () => {
    const middleware = counter.middleware();
    expectTypeOf(middleware).toEqualTypeOf<CounterMiddleware>();
    express().use(middleware);
    express().use('/live-online', middleware);
    connect().use(middleware);
    const server = createServer(middleware);
    fastify().addHook('onRequest', (request, reply, done) => middleware(request.raw, reply.raw, done));
    fastify({ http2: true }).addHook('onRequest', (request, reply, done) =>
      middleware(request.raw, reply.raw, done),
    );
    createSecureServer(middleware);
    counter.attach(createSecureServer());
    counter.attach(serve({ fetch: () => new Response() }));
    // @ts-expect-error Fastify's own request
    fastify().addHook('onRequest', middleware);
    // @ts-expect-error Koa's context
    new koa().use(middleware);
    // @ts-expect-error an app, not its server
    counter.attach(express());
    server.on('upgrade', (request, socket, head) => {
      expectTypeOf(counter.handleUpgrade(request, socket, head)).toEqualTypeOf<boolean>();
    });
    // @ts-expect-error the first bytes are missing
    server.on('upgrade', (request, socket) => counter.handleUpgrade(request, socket));
  });

  it('[C11] unknown options are type errors', () => {
    // @ts-expect-error there is no such option
    createCounterServer({ colour: 'blue' });
    // @ts-expect-error a host's server has its own port
    attachCounter(new Server(), { port: 1 });
  });
});
