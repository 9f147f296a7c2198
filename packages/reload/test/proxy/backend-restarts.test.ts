import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { connectPage, makeFolder, startReload } from '../helpers/reload-server.ts';

/** The tool in front of a backend on a port, and an open page. */
async function startProxy(port: number) {
  const { folder, write } = makeFolder({ 'app.js': 'one' });
  const started = await startReload({}, { proxy: `http://127.0.0.1:${port}`, watch: [folder] });
  await started.indexed;
  const states: string[] = [];
  started.server.on('backend', ({ state }) => states.push(state));
  const page = await connectPage(started.url, { origin: `http://127.0.0.1:${started.port}` });
  expect(page.ok).toBe(true);
  const save = async (text: string): Promise<void> => {
    const count = page.updates.length;
    write('app.js', text);
    await vi.waitFor(() => expect(page.updates).toHaveLength(count + 1));
  };
  return { ...started, page, save, states };
}

async function serve(port = 0, server: Server = createServer((_request, response) => response.end('hello'))) {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { server, port: (server.address() as AddressInfo).port };
}

async function kill(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}

describe('a backend behind the tool', () => {
  it('[R1] is killed 400 ms after a save and is up again later: the page is loaded once more', async () => {
    const { server, port } = await serve();
    const { page, save, states } = await startProxy(port);
    await save('two');
    await setTimeout(400);
    await kill(server);
    await vi.waitFor(() => expect(states).toEqual(['down']));
    expect(page.updates).toHaveLength(1);
    await serve(port);
    await vi.waitFor(() => expect(page.updates).toHaveLength(2));
    expect(page.updates[1]).toMatchObject({ action: 'reload' });
    expect(states).toEqual(['down', 'up']);
  });

  it('[R1] shuts down gracefully, which waits for all connections: it waits for none of the tool', async () => {
    const { server, port } = await serve();
    const { page, save } = await startProxy(port);
    await save('two');
    const closed = once(server, 'close');
    server.close();
    await closed;
    await serve(port);
    await vi.waitFor(() => expect(page.updates).toHaveLength(2), { timeout: 10_000 });
  });

  it('[R1] is replaced by a process that takes the port before: the page is loaded once more', async () => {
    const old: Socket[] = [];
    let isOld = true;
    const backend = createTcpServer((socket) => {
      if (isOld) old.push(socket);
      socket.on('error', () => {});
    }).listen(0, '127.0.0.1');
    await once(backend, 'listening');
    const { page, save, states } = await startProxy((backend.address() as AddressInfo).port);
    onTestFinished(() => void backend.close());
    await save('two');
    await vi.waitFor(() => expect(old.length).toBeGreaterThanOrEqual(3));
    isOld = false;
    for (const socket of old) socket.destroy();
    await vi.waitFor(() => expect(page.updates).toHaveLength(2));
    expect(states).toEqual(['restarted']);
  });

  it('[R1] does not restart, and closes idle connections after a second: nothing', async () => {
    let closed = 0;
    const { server, port } = await serve();
    server.on('connection', (socket) => {
      socket.setTimeout(1_000, () => socket.destroy());
      socket.once('close', () => closed++);
    });
    const { page, save, states } = await startProxy(port);
    await save('two');
    const before = closed;
    // The tool has noticed the first ones: it opens others only then.
    await vi.waitFor(() => expect(closed).toBeGreaterThan(before + 5));
    expect(page.updates).toHaveLength(1);
    expect(states).toEqual([]);
  });

  it('[R1] serves one connection at a time: requests do not wait for the connections of the tool', async () => {
    const queue: Socket[] = [];
    let current: Socket | undefined;
    const next = (): void => {
      current = queue.shift();
      current?.resume();
      current?.once('data', () => current!.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'));
    };
    const backend = createTcpServer({ pauseOnConnect: true }, (socket) => {
      queue.push(socket);
      socket.on('error', () => {});
      socket.once('close', () => {
        if (socket === current) next();
        else queue.splice(queue.indexOf(socket), 1);
      });
      if (!current) next();
    }).listen(0, '127.0.0.1');
    await once(backend, 'listening');
    const { save, states, url } = await startProxy((backend.address() as AddressInfo).port);
    onTestFinished(() => void backend.close());
    await save('two');
    await vi.waitFor(() => expect(queue.length).toBeGreaterThan(0));
    for (let count = 0; count < 5; count++) expect(await (await fetch(url)).text()).toBe('ok');
    expect(states).toEqual([]);
  });
});
