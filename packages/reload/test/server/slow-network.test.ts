import { createServer, request } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '@live-online/internal/system-clock';
import { createFakeClock } from '@live-online/internal/testing/fake-clock';
import { createSlowNetwork } from '../../src/http/slow-network.ts';
import { asDocument, readAll, sendRequest } from '../helpers/backend.ts';
import { startReload } from '../helpers/reload-server.ts';

describe('slow networks', () => {
  it('[R1] responses have the latency of the network, share its bandwidth, and are complete', async () => {
    const text = 'x'.repeat(30_000);
    const { port } = await startReload(
      { 'a.txt': text, 'b.txt': text, 'index.html': '<h1>hi</h1>' },
      { slow: '3g' },
    );
    const start = performance.now();
    const bodies = await Promise.all(
      ['/a.txt', '/b.txt'].map(async (path) => (await readAll(await sendRequest(port, path))).toString()),
    );
    // 60 kB at 200 kB/s after 300 ms. Timers may be early by 1 ms each.
    expect(performance.now() - start).toBeGreaterThan(580);
    expect(bodies).toEqual([text, text]);
    const page = await sendRequest(port, '/', { headers: asDocument });
    expect((await readAll(page)).toString()).toMatch(
      /<script async src="\/__live-online\/client\.js".*<h1>hi<\/h1>/,
    );
    const head = await sendRequest(port, '/a.txt', { method: 'HEAD' });
    expect([head.headers['content-length'], (await readAll(head)).length]).toEqual(['30000', 0]);
  });

  it('[R1] the sender of a long body waits while the network transmits', async () => {
    const slow = createSlowNetwork('4g', systemClock);
    const events: string[] = [];
    const server = createServer((_request, response) =>
      slow(response, () => {
        events.push(`more: ${response.write(Buffer.alloc(100_000, 'a'), () => events.push('written'))}`);
        response.once('drain', () => {
          events.push('drain');
          response.end('end', () => events.push('finished'));
        });
      }),
    ).listen(0);
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const sent = request({ port: (server.address() as AddressInfo).port, agent: false }).end();
    const [response] = (await once(sent, 'response')) as Parameters<typeof readAll>;
    expect((await readAll(response)).toString()).toBe(`${'a'.repeat(100_000)}end`);
    await expect.poll(() => events).toEqual(['more: false', 'drain', 'written', 'finished']);
  });

  it('[R1] a response that is closed while it waits is not sent', async () => {
    const clock = createFakeClock();
    const slow = createSlowNetwork('slow-3g', clock);
    let handled = 0;
    let closed = 0;
    const server = createServer((_request, response) => {
      slow(response, () => handled++);
      response.once('close', () => closed++);
    }).listen(0);
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const sent = request({ port: (server.address() as AddressInfo).port, agent: false }).end();
    sent.on('error', () => {});
    await once(sent, 'socket');
    await once(server, 'request');
    sent.destroy();
    await expect.poll(() => closed).toBe(1);
    clock.advance(10_000);
    expect(handled).toBe(0);
  });
});
