import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { createResolvedServer } from '../../src/create-counter-server.ts';
import { createCounterServer, type CounterServer, type CounterServerOptions } from '../../src/index.ts';
import type { HttpBounds } from '../../src/io/http/create-http-guard.ts';
import { resolveServerOptions } from '../../src/options/resolve-options.ts';

/** A counter on a free loopback port, closed when the test ends. */
export async function startCounter(
  options: CounterServerOptions = {},
): Promise<{ counter: CounterServer; url: string; port: number; metricsUrl?: string }> {
  const counter = createCounterServer({ host: '127.0.0.1', port: 0, ...options });
  onTestFinished(() => counter.close());
  return { counter, ...(await counter.listen()) };
}

export interface BoundedCounter {
  counter: CounterServer;
  port: number;
  /** Where it lives, with a slash at both ends. */
  path: string;
}

/** `own` port, `attached` to a host, or `passed on`: the host passes requests and upgrades on. */
export type ServedBy = 'own' | 'attached' | 'passed on';

/** The same with other bounds for what has no session. */
export async function startBoundedCounter(
  kind: ServedBy,
  bounds: Partial<HttpBounds>,
  options: CounterServerOptions = {},
  host: RequestListener = (_request, response) => void response.end('home'),
): Promise<BoundedCounter> {
  const resolved = resolveServerOptions({ host: '127.0.0.1', port: 0, ...options });
  const counter = createResolvedServer({ ...resolved, httpBounds: { ...resolved.httpBounds, ...bounds } });
  onTestFinished(() => counter.close());
  if (kind === 'own') return { counter, port: (await counter.listen()).port, path: '/' };
  const server = createServer();
  if (kind === 'attached') {
    server.on('request', host);
    counter.attach(server);
  } else {
    const middleware = counter.middleware();
    server.on('request', (request, response) => middleware(request, response, () => host(request, response)));
    server.on('upgrade', (request, socket, head) => {
      if (!counter.handleUpgrade(request, socket, head)) socket.destroy();
    });
  }
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { counter, port: (server.address() as AddressInfo).port, path: '/live-online/' };
}
