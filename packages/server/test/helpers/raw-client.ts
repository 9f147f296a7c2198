import { onTestFinished } from 'vitest';
import { WebSocket } from 'ws';

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
  const waiting = new Set<() => void>();
  const checkAll = (): void => waiting.forEach((check) => check());
  ws.on('message', (data) => {
    const message = String(data);
    heard.push(message);
    if (pongs && message === '2') ws.send('3');
    checkAll();
  });
  ws.on('close', () => {
    isClosed = true;
    checkAll();
  });
  ws.on('error', () => {});
  onTestFinished(() => ws.terminate());

  /** Waits by events: a thousand clients that look every few milliseconds would leave the server no processor. */
  function until<Value>(what: string, find: () => Value | undefined): Promise<Value> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        waiting.delete(check);
        reject(new Error(`no ${what} within 30 s, but ${JSON.stringify(heard)}`));
      }, 30_000);
      const check = (): void => {
        const found = find();
        if (found === undefined) return;
        waiting.delete(check);
        clearTimeout(timer);
        resolve(found);
      };
      waiting.add(check);
      check();
    });
  }

  const client: RawClient = {
    ws,
    heard,
    say: (message) => ws.send(message),
    hears: (pattern) =>
      until(`message like ${String(pattern)}`, () => heard.find((message) => pattern.test(message))),
    async closed() {
      await until('end of the connection', () => isClosed || undefined);
    },
  };
  await client.hears(/^0\{/);
  if (join) {
    client.say('40');
    await client.hears(/^42\["total"/);
  }
  return client;
}
