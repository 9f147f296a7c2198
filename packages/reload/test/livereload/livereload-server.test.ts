import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { WebSocket } from 'ws';
import { assembleReloadServer } from '../../src/create-reload-server.ts';
import { DEADLINES } from '../../src/http/own-server.ts';
import { makeFolder } from '../helpers/reload-server.ts';

const HELLO = JSON.stringify({ command: 'hello', protocols: ['http://livereload.com/protocols/official-7'] });

async function start(livereload: number | boolean = 0) {
  const { folder, write } = makeFolder({ 'a.css': 'p{}', 'index.html': 'x' });
  const server = assembleReloadServer(
    { folder, port: 0, livereload, cacheFolder: makeFolder().folder },
    DEADLINES,
  );
  onTestFinished(() => server.close());
  const warnings: string[] = [];
  const reports: { pages: object }[] = [];
  server.on('warning', (text) => warnings.push(text));
  server.on('update', (report) => reports.push(report));
  const indexed = new Promise<void>((resolve) => server.on('indexed', () => resolve()));
  const listening = await server.listen();
  return {
    ...listening,
    livereload: listening.livereloadUrl ?? '',
    server,
    write,
    warnings,
    reports,
    indexed,
  };
}

/** Opens a socket of a client, and records what it receives. */
function open(url: string, headers: Record<string, string>) {
  const socket = new WebSocket(new URL('/livereload', url.replace('http', 'ws')), { headers });
  onTestFinished(() => socket.terminate());
  const received: { command: string; path?: string }[] = [];
  socket.on('message', (data) => received.push(JSON.parse(String(data)) as { command: string }));
  const outcome = new Promise<number>((resolve) => {
    socket.once('open', () => resolve(101));
    socket.once('unexpected-response', (_request, response) => resolve(response.statusCode!));
    socket.on('error', () => {});
  });
  return { socket, received, outcome };
}

describe('the LiveReload server', () => {
  it('[R22] serves its script, answers the handshake, and sends updates', async () => {
    const { livereload, write, reports, indexed } = await start();
    const script = await fetch(livereload);
    expect(script.headers.get('Cross-Origin-Resource-Policy')).toBe('cross-origin');
    expect(await script.text()).toContain('official-7');
    expect((await fetch(new URL('/index.html', livereload))).status).toBe(404);
    const { socket, received } = open(livereload, { origin: 'http://localhost:3000' });
    await once(socket, 'open');
    socket.send(HELLO);
    await vi.waitFor(() => expect(received).toMatchObject([{ command: 'hello' }]));
    await indexed;
    write('a.css', 'p{color:red}');
    await vi.waitFor(() =>
      expect(received[1]).toMatchObject({ command: 'reload', path: '/a.css', liveCSS: true }),
    );
    expect(JSON.stringify(received)).not.toContain('color');
    await vi.waitFor(() => expect(reports).toMatchObject([{ pages: { none: 0, apply: 1, reload: 0 } }]));
  });

  it('[R22] a client that comes back after an update has missed it and reloads; a new page does not', async () => {
    const { livereload, server, reports } = await start();
    const connect = async () => {
      const { socket, received } = open(livereload, { origin: 'http://localhost:3000' });
      await once(socket, 'open');
      socket.send(HELLO);
      socket.send(JSON.stringify({ command: 'info', url: 'http://localhost:3000/a' }));
      // The server has read everything before it.
      socket.ping();
      await once(socket, 'pong');
      await vi.waitFor(() => expect(received).not.toEqual([]));
      return { socket, received };
    };
    const updateWithout = (): Promise<void> =>
      vi.waitFor(() => {
        server.notify();
        expect(reports.at(-1)).toMatchObject({ pages: { reload: 0 } });
      });

    const lost = await connect();
    expect(lost.received).toHaveLength(1);
    lost.socket.terminate();
    await updateWithout();
    const back = await connect();
    await vi.waitFor(() => expect(back.received[1]).toMatchObject({ command: 'reload', path: '/' }));

    // The page that has reloaded, and one that its browser has left.
    back.socket.close();
    await updateWithout();
    const next = await connect();
    next.socket.ping();
    await once(next.socket, 'pong');
    expect(next.received).toHaveLength(1);
  });

  it('[R22] [SEC85] accepts only clients of this machine and of browser extensions', async () => {
    const { livereload, port } = await start();
    const host = new URL(livereload).host;
    const cases: [Record<string, string>, number][] = [
      [{ origin: `http://localhost:${port}` }, 101],
      [{ origin: 'chrome-extension://jnihajbhpnppcggbcgedagnkighmdlei' }, 101],
      [{ origin: 'http://evil.example' }, 403],
      [{ origin: 'null' }, 403],
      [{}, 403],
      [{ origin: 'http://evil.example', host: `evil.example:${new URL(livereload).port}` }, 403],
    ];
    for (const [headers, status] of cases)
      expect(await open(livereload, { host, ...headers }).outcome, JSON.stringify(headers)).toBe(status);
  });

  it.each([
    ['no hello', 'x'],
    ['a message that is too long', 'x'.repeat(20_000)],
  ])('[R22] ends the connection after %s', async (_name, message) => {
    const { livereload } = await start();
    const { socket } = open(livereload, { origin: 'http://localhost' });
    await once(socket, 'open');
    socket.send(message);
    await once(socket, 'close');
  });

  it('[R22] if its port is in use, a warning says so, and everything else works', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    onTestFinished(() => void other.close());
    const { port } = other.address() as AddressInfo;
    const { url, livereload, warnings } = await start(port);
    expect(livereload).toBe('');
    await vi.waitFor(() =>
      expect(warnings.join()).toMatch(/clients of LiveReload cannot connect: .* in use/),
    );
    expect((await fetch(url)).status).toBe(200);
  });
});
