import { once } from 'node:events';
import { Agent, createServer, get, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { SharedSocket, stopListening } from '../../src/io/http/listen.ts';
import { openSharedPort } from '../../src/workers/shared-port.ts';

async function request(port: number, agent: Agent): Promise<string> {
  const [response] = (await once(get({ port, host: '127.0.0.1', agent }), 'response')) as [IncomingMessage];
  return text(response);
}

describe('a socket from which several processes accept connections', () => {
  it('[S8] is left to the others during a pause, in which existing connections are served', async () => {
    const server = createServer((_request, response) => void response.end('served'));
    const first = await openSharedPort('127.0.0.1', 0);
    const socket = new SharedSocket(first.handle);
    const port = await socket.listen(server);
    const agent = new Agent({ keepAlive: true });
    onTestFinished(() => agent.destroy());
    expect(await request(port, agent)).toBe('served');

    socket.pause();
    socket.pause();
    expect(server.listening).toBe(false);
    // No other process has it: it is closed.
    await expect(request(port, new Agent())).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    expect(await request(port, agent)).toBe('served');

    const { handle } = await openSharedPort('127.0.0.1', port);
    socket.resume(handle);
    socket.resume(handle);
    expect(await request(port, new Agent())).toBe('served');
    await stopListening(server, 100);
    await expect(request(port, new Agent())).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('[S8] a port in use, and an unknown host, are reported at once', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void taken.close());
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };
    await expect(openSharedPort('127.0.0.1', port)).rejects.toMatchObject({ code: 'port-in-use' });
    await expect(openSharedPort('192.0.2.1', port)).rejects.toMatchObject({ code: 'host-unknown' });
  });

  it.each([undefined, 'localhost', '0.0.0.0'])('[S8] host %s', async (host) => {
    const server = createServer((_request, response) => void response.end('served'));
    const { handle } = await openSharedPort(host, 0);
    const port = await new SharedSocket(handle).listen(server);
    onTestFinished(() => void server.close());
    const name = host === undefined || host === '0.0.0.0' ? '127.0.0.1' : host;
    const [response] = (await once(get({ port, host: name }), 'response')) as [IncomingMessage];
    expect(await text(response)).toBe('served');
  });
});
