import { fileURLToPath } from 'node:url';
import { io as io40 } from 'socket.io-client-4.0';
import { io as io43 } from 'socket.io-client-4.3';
import { io as io46 } from 'socket.io-client-4.6';
import { io as io47 } from 'socket.io-client-4.7';
import { io as newest } from 'socket.io-client';
import type { BrowserContext } from 'playwright-core';
import { onTestFinished } from 'vitest';
import { takePage } from './browsers.ts';
import { startSite } from './site.ts';

/** The versions of socket.io-client that have to work, and their packages. */
const versions = {
  '4.0': { io: io40 as unknown as Io, name: 'socket.io-client-4.0' },
  '4.3': { io: io43 as unknown as Io, name: 'socket.io-client-4.3' },
  '4.6': { io: io46 as unknown as Io, name: 'socket.io-client-4.6' },
  '4.7': { io: io47 as unknown as Io, name: 'socket.io-client-4.7' },
  newest: { io: newest as unknown as Io, name: 'socket.io-client' },
};
type Version = keyof typeof versions;
export const versionNames: readonly Version[] = Object.keys(versions) as Version[];

/** What all versions have in common. */
type Io = (url: string, options: object) => StockSocket;
interface StockSocket {
  on(event: string, listener: (detail: never) => void): void;
  io: { engine: { on(event: 'packet', listener: (packet: { type: string }) => void): void } };
  disconnect(): void;
}

/** What a client has received. */
export interface StockLog {
  totals: number[];
  /** Of `connect_error`. */
  codes: (string | undefined)[];
  /** Of `disconnect`. */
  reasons: string[];
  pings: number;
}

/** A stock client somewhere: in this process or in a page. */
interface StockClient {
  log(): Promise<StockLog>;
  disconnect(): Promise<void>;
}

/** Where stock clients run. */
export interface StockPlatform {
  /** The site of its clients. */
  site: string;
  open(version: Version, url: string, auth?: object): Promise<StockClient>;
}

/** Connects, and keeps a log. It uses nothing from outside, because it also runs in pages. */
function connectStock(io: Io, url: string, options: object): { log: StockLog; socket: StockSocket } {
  const log: StockLog = { totals: [], codes: [], reasons: [], pings: 0 };
  const quick = { reconnectionDelay: 20, reconnectionDelayMax: 100 };
  const socket = io(url, { transports: ['websocket'], forceNew: true, ...quick, ...options });
  socket.on('total', (total: number) => void log.totals.push(total));
  socket.on('connect_error', (error: { data?: { code: string } }) => void log.codes.push(error.data?.code));
  socket.on('disconnect', (reason: string) => void log.reasons.push(reason));
  // Of the first connection. The manager of some versions has no event for it.
  socket.io.engine.on('packet', ({ type }) => {
    if (type === 'ping') log.pings++;
  });
  return { log, socket };
}

export function nodePlatform(): StockPlatform {
  const extraHeaders = { origin: 'https://a.example' };
  return {
    site: 'a.example',
    async open(version, url, auth = {}) {
      const { log, socket } = connectStock(versions[version].io, url, { auth, extraHeaders });
      onTestFinished(() => socket.disconnect());
      return { log: () => Promise.resolve(log), disconnect: () => Promise.resolve(socket.disconnect()) };
    },
  };
}

interface StockWindow {
  io: Io;
  versions: Record<string, Io>;
  clients: ReturnType<typeof connectStock>[];
  connectStock: typeof connectStock;
}

/** A page that has loaded the builds of all versions. */
export async function browserPlatform(context: BrowserContext): Promise<StockPlatform> {
  const site = await startSite({ '/': '<h1>Stock clients</h1>' });
  const page = await takePage(context);
  await page.goto(site.at('127.0.0.1'));
  await page.addScriptTag({
    content: `var versions = {}, clients = [], connectStock = ${connectStock.toString()}`,
  });
  for (const [version, { name }] of Object.entries(versions)) {
    const path = fileURLToPath(new URL(`../../node_modules/${name}/dist/socket.io.js`, import.meta.url));
    await page.addScriptTag({ path });
    await page.addScriptTag({ content: `versions['${version}'] = io` });
  }
  return {
    site: '127.0.0.1',
    async open(version, url, auth = {}) {
      const index = await page.evaluate(
        (client) => {
          const { versions: loaded, clients, connectStock: connect } = window as unknown as StockWindow;
          return clients.push(connect(loaded[client.version]!, client.url, { auth: client.auth })) - 1;
        },
        { version, url, auth },
      );
      return {
        log: () => page.evaluate((at) => (window as unknown as StockWindow).clients[at]!.log, index),
        disconnect: () =>
          page.evaluate((at) => (window as unknown as StockWindow).clients[at]!.socket.disconnect(), index),
      };
    },
  };
}
