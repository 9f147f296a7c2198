import { once } from 'node:events';
import { createServer } from 'node:http';
import type { lookup } from 'node:dns';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { withBothAddresses } from '../../src/serving/proxy/backend-address.ts';
import { readAll, sendRequest } from '../helpers/backend.ts';
import { connectPage, startReload } from '../helpers/reload-server.ts';

describe('the addresses of localhost', () => {
  it.each([
    [['127.0.0.1'], ['127.0.0.1', '::1']],
    [['::1'], ['::1', '127.0.0.1']],
    [
      ['::1', '127.0.0.1'],
      ['::1', '127.0.0.1'],
    ],
    [undefined, ['127.0.0.1', '::1']],
  ])('[R1] the system knows %j: %j are tried', (known, expected) => {
    const system = (_name: string, _options: object, done: (error: null, list?: object[]) => void): void =>
      done(
        null,
        known?.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      );
    const find = withBothAddresses(system as unknown as typeof lookup);
    const done = vi.fn();
    find('localhost', { all: true }, done);
    expect(done.mock.calls[0]![1]).toEqual(
      expected.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
    find('localhost', {}, done);
    expect(done.mock.calls[1]![1]).toBe(expected[0]);
  });
});

it.each(['127.0.0.1', '::1'])(
  '[R1] localhost listens only on %s: requests, upgrades and probes',
  async (host) => {
    const backend = createServer((_request, response) => response.end('hello')).listen(0, host);
    await once(backend, 'listening');
    const { port: backendPort } = backend.address() as AddressInfo;
    new WebSocketServer({ server: backend }).on('connection', (socket) => socket.send('hello'));
    const { port, server, write, indexed } = await startReload(
      {},
      { proxy: `http://localhost:${backendPort}` },
    );
    const states: string[] = [];
    server.on('backend', ({ state }) => states.push(state));
    expect((await readAll(await sendRequest(port, '/'))).toString()).toBe('hello');
    const socket = new WebSocket(`ws://localhost:${port}/any`, { origin: `http://localhost:${port}` });
    const [message] = (await once(socket, 'message')) as [Buffer];
    expect(message.toString()).toBe('hello');
    socket.terminate();

    const page = await connectPage(`http://127.0.0.1:${port}/`, { origin: `http://127.0.0.1:${port}` });
    await indexed;
    write('a.js', 'one');
    await vi.waitFor(() => expect(page.updates).toHaveLength(1));
    backend.closeAllConnections();
    backend.close();
    await vi.waitFor(() => expect(states).toEqual(['down']));
    const again = createServer((_request, response) => response.end('back')).listen(backendPort, host);
    onTestFinished(() => void again.close());
    await vi.waitFor(() => expect(states).toEqual(['down', 'up']));
  },
);
