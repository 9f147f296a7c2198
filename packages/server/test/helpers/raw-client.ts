import { onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { createUntil } from './until.ts';

/** A client on a bare WebSocket, which sends what a test wants. */
export interface RawClient {
  ws: WebSocket;
  /** Every message received, oldest first. */
  received: string[];
  send(message: string): void;
  /** Waits for a message that matches and returns it. */
  receives(pattern: RegExp): Promise<string>;
  /** Waits until the connection is closed. */
  closed(): Promise<void>;
}

/**
 * Connects, and joins the main namespace unless `join` is false. It never answers a ping unless `pongs`.
 *
 * @param options `query` is added to that of Engine.IO.
 */
export async function openRawClient(
  baseUrl: string,
  options: { join?: boolean; pongs?: boolean; origin?: string; query?: string; auth?: object } = {},
): Promise<RawClient> {
  const { join = true, pongs = false, origin = 'http://raw.example', query = '', auth } = options;
  const url = `${baseUrl.replace('http', 'ws')}socket.io/?EIO=4&transport=websocket&${query}`;
  const ws = new WebSocket(url, { origin, perMessageDeflate: false });
  const received: string[] = [];
  let isClosed = false;
  const { check, until } = createUntil();
  ws.on('message', (data) => {
    const message = String(data);
    received.push(message);
    if (pongs && message === '2') ws.send('3');
    check();
  });
  ws.on('close', () => {
    isClosed = true;
    check();
  });
  ws.on('error', () => {});
  onTestFinished(() => ws.terminate());
  const client: RawClient = {
    ws,
    received,
    send: (message) => ws.send(message),
    receives: (pattern) =>
      until(
        () => received.find((message) => pattern.test(message)),
        () => `a message like ${String(pattern)}`,
        50_000,
      ),
    closed: async () => {
      await until(
        () => isClosed || undefined,
        () => 'the end of the connection',
        50_000,
      );
    },
  };
  await client.receives(/^0\{/);
  if (join) {
    client.send(`40${auth ? JSON.stringify(auth) : ''}`);
    await client.receives(/^42\["total"/);
  }
  return client;
}
