import { onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { createUntil } from './until.ts';

/** A client that says whatever it is told to, on a bare WebSocket. */
export interface RawClient {
  ws: WebSocket;
  /** Every message heard, oldest first. */
  heard: string[];
  say(message: string): void;
  /** Waits for a message that matches and returns it. */
  hears(pattern: RegExp): Promise<string>;
  /** Waits until the connection is closed. */
  closed(): Promise<void>;
}

/** Connects, and joins the main namespace unless `join` is false. It never answers a ping unless `pongs`. */
export async function openRawClient(
  baseUrl: string,
  options: { join?: boolean; pongs?: boolean; origin?: string } = {},
): Promise<RawClient> {
  const { join = true, pongs = false, origin = 'http://raw.example' } = options;
  const url = `${baseUrl.replace('http', 'ws')}socket.io/?EIO=4&transport=websocket`;
  const ws = new WebSocket(url, { origin, perMessageDeflate: false });
  const heard: string[] = [];
  let isClosed = false;
  const { check, until } = createUntil();
  ws.on('message', (data) => {
    const message = String(data);
    heard.push(message);
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
    heard,
    say: (message) => ws.send(message),
    hears: (pattern) =>
      until(
        () => heard.find((message) => pattern.test(message)),
        () => `a message like ${String(pattern)}`,
        30_000,
      ),
    closed: async () => {
      await until(
        () => isClosed || undefined,
        () => 'the end of the connection',
        30_000,
      );
    },
  };
  await client.hears(/^0\{/);
  if (join) {
    client.say('40');
    await client.hears(/^42\["total"/);
  }
  return client;
}
