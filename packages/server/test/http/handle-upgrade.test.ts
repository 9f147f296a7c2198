import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { Duplex } from 'node:stream';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { memoryStore, type CounterServer } from '../../src/index.ts';
import { createCounter, startHost } from '../helpers/host.ts';
import { openPage } from '../helpers/page.ts';

const path = '/live-online/socket.io';

interface Host {
  server: Server;
  base: string;
  /** What `handleUpgrade` has returned, oldest first. */
  taken: boolean[];
}

/** A host that passes each upgrade on, and serves those that are not taken by `ws`. */
async function startUpgradingHost(counter: CounterServer): Promise<Host> {
  const server = createServer((_request, response) => void response.end('home'));
  const echo = new WebSocketServer({ noServer: true });
  const taken: boolean[] = [];
  server.on('upgrade', (request, socket, head) => {
    const listeners = (): unknown[] => socket.eventNames().map((name) => [name, socket.listenerCount(name)]);
    const before = listeners();
    const isTaken = counter.handleUpgrade(request, socket, head);
    taken.push(isTaken);
    if (isTaken) return;
    expect(listeners()).toEqual(before);
    expect(socket.destroyed).toBe(false);
    echo.handleUpgrade(request, socket, head, (ws) => ws.on('message', (data) => ws.send(data)));
  });
  return { server, base: await startHost(server), taken };
}

async function expectEcho(url: string): Promise<void> {
  const ws = new WebSocket(url.replace('http', 'ws'));
  onTestFinished(() => ws.terminate());
  await once(ws, 'open');
  ws.send('still here');
  const [echoed] = (await once(ws, 'message')) as [Buffer];
  expect(String(echoed)).toBe('still here');
}

describe('handleUpgrade', () => {
  it('[C10] it takes the counter’s WebSockets, and leaves all others to the host', async () => {
    const counter = createCounter();
    const { base, taken } = await startUpgradingHost(counter);
    await openPage(base, { path }).receives(1);
    for (const foreign of ['/', '/chat', '/socket.io/', '/live-online/', '/live-online/socket.io']) {
      await expectEcho(base + foreign);
    }
    await openPage(base, { path }).receives(2);
    expect(taken).toEqual([true, false, false, false, false, false, true]);
  });

  it('[C10] it takes no upgrade after close', async () => {
    const counter = createCounter();
    const { base, taken } = await startUpgradingHost(counter);
    const page = openPage(base, { path });
    await page.receives(1);
    await counter.close();
    expect(await page.closed()).toBe('transport close');
    await expectEcho(`${base}${path}/?EIO=4&transport=websocket`);
    expect(taken).toEqual([true, false]);
  });

  it('[C10] an upgrade that two listeners pass on is one connection', async () => {
    const counter = createCounter();
    const { server, base, taken } = await startUpgradingHost(counter);
    server.on('upgrade', (request, socket, head) => {
      taken.push(counter.handleUpgrade(request, socket, head));
    });
    await openPage(base, { path }).receives(1);
    expect(taken).toEqual([true, true]);
    expect(counter.stats().connections).toBe(1);
  });

  it('[C10] beside attach it takes what another server passes on', async () => {
    const counter = createCounter();
    const attached = createServer();
    counter.attach(attached);
    const { base } = await startUpgradingHost(counter);
    await openPage(await startHost(attached), { path }).receives(1);
    await openPage(base, { path }).receives(2);
  });

  it('[C9] it opens the store at the first upgrade', async () => {
    const store = memoryStore();
    const open = vi.spyOn(store, 'open');
    const counter = createCounter({ store });
    const upgrade = (url: string): boolean =>
      counter.handleUpgrade(
        { url, method: 'GET', headers: {} } as IncomingMessage,
        new Duplex(),
        Buffer.alloc(0),
      );
    expect(open).toHaveBeenCalledTimes(0);
    expect(upgrade('/chat')).toBe(false);
    expect(upgrade('/chat')).toBe(false);
    expect(open).toHaveBeenCalledTimes(1);
    await counter.close();
    expect(upgrade('/chat')).toBe(false);
  });

  it('[C10] after close without an upgrade it opens no store', async () => {
    const store = memoryStore();
    const open = vi.spyOn(store, 'open');
    const counter = createCounter({ store });
    const closed = counter.close();
    const request = { url: '/chat', method: 'GET', headers: {} } as IncomingMessage;
    expect(counter.handleUpgrade(request, new Duplex(), Buffer.alloc(0))).toBe(false);
    await closed;
    expect(open).toHaveBeenCalledTimes(0);
  });
});
