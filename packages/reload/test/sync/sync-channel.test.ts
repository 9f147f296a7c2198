import { once } from 'node:events';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { WebSocket } from 'ws';
import type { ReloadServerOptions } from '../../src/options/options.ts';
import { readToken, startReload } from '../helpers/reload-server.ts';

async function start(sync?: ReloadServerOptions['sync']) {
  const { url, port } = await startReload({}, sync === undefined ? {} : { sync });
  const token = await readToken(url);
  const open = (origin: string | undefined = `http://localhost:${port}`) => {
    const socket = new WebSocket(
      `ws://localhost:${port}/__live-online/sync`,
      origin === '' ? {} : { origin },
    );
    onTestFinished(() => socket.terminate());
    const received: string[] = [];
    socket.on('message', (data: Buffer) => received.push(data.toString()));
    socket.on('error', () => {});
    return { socket, received };
  };
  const join = async () => {
    const page = open();
    await once(page.socket, 'open');
    page.socket.send(JSON.stringify({ token }));
    await vi.waitFor(() => expect(page.received).toEqual(['{"ready":true}']));
    return page;
  };
  return { open, join, token };
}

describe('the socket of pages in step', () => {
  it('[R23] passes messages of parts that are on to the other pages only', async () => {
    const { join } = await start({ scroll: true });
    const [first, second] = [await join(), await join()];
    first.socket.send('{"part":"clicks","page":"/","target":"#a"}');
    first.socket.send('{"part":"scroll","page":"/","x":0,"y":0.5}');
    await vi.waitFor(() =>
      expect(second.received.slice(1)).toEqual(['{"part":"scroll","page":"/","x":0,"y":0.5}']),
    );
    expect(first.received).toHaveLength(1);
  });

  it.each(['http://evil.example', 'null', ''])('[R23] [SEC87] rejects the origin "%s"', async (origin) => {
    const { open } = await start(true);
    const { socket } = open(origin);
    const [, response] = (await once(socket, 'unexpected-response')) as [unknown, { statusCode: number }];
    expect(response.statusCode).toBe(403);
  });

  it('[R23] does not exist unless it is on', async () => {
    const { open } = await start();
    const { socket } = open();
    const [, response] = (await once(socket, 'unexpected-response')) as [unknown, { statusCode: number }];
    expect(response.statusCode).toBe(404);
  });

  it.each([
    ['a wrong token', '{"token":"wrong"}'],
    ['no token', '{"part":"scroll"}'],
    ['a long message', 'x'.repeat(9_000)],
  ])(
    '[R23] [SEC87] ends the connection after %s, and passes nothing to it or from it',
    async (_name, message) => {
      const { open, join } = await start(true);
      const page = await join();
      const { socket, received } = open();
      await once(socket, 'open');
      page.socket.send('{"part":"scroll","page":"/","x":0,"y":0.5}');
      socket.send(message);
      await once(socket, 'close');
      expect(received).toEqual([]);
      expect(page.received).toEqual(['{"ready":true}']);
    },
  );

  it('[R23] [SEC87] ends the connection of a page that sends too much', async () => {
    const { join } = await start(true);
    const { socket } = await join();
    for (let index = 0; index < 500; index++) socket.send('{}');
    await once(socket, 'close');
  });
});
