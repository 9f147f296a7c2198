import { createServer, type Server as HttpServer } from 'node:http';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished, vi } from 'vitest';
import { inChromiumFirst } from '../../helpers/browsers.ts';
import { makeFolder, openTab, startReload } from '../../helpers/reload-tool.ts';

interface SocketIo {
  on(event: 'connection', listener: (socket: { on(event: 'ask', listener: Listener): void }) => void): void;
  close(): Promise<void>;
}
type Listener = (text: string, answer: (text: string) => void) => void;

const { Server } = createRequire(new URL('../../../packages/reload/package.json', import.meta.url))(
  'socket.io',
) as { Server: new (server: HttpServer) => SocketIo };

/** The protocol of each response of the page, as the browser reports it. */
const PROTOCOLS = `performance.getEntriesByType('navigation').concat(performance.getEntriesByType('resource'))
  .map(({ nextHopProtocol }) => nextHopProtocol)`;

inChromiumFirst('a page over HTTPS in $name', ({ getContext }) => {
  async function openTrusting(url: string) {
    const browser = (await getContext()).browser()!;
    const context = await browser.newContext({ ignoreHTTPSErrors: true });
    onTestFinished(() => context.close());
    return openTab(context, url);
  }

  it('[R1] uses HTTP/2, and its updates arrive over a WebSocket', async () => {
    const { folder, write } = makeFolder({
      'index.html':
        '<!doctype html><title>t</title><link rel="icon" href="data:,"><link rel="stylesheet" href="a.css"><h1>one</h1>',
      'a.css': 'h1 { color: rgb(1, 1, 1) }',
    });
    const tool = await startReload({ folder, https: true, cacheFolder: makeFolder().folder });
    const tab = await openTrusting(tool.url);
    const protocols = await tab.page.evaluate<string[]>(PROTOCOLS);
    expect(new Set(protocols)).toEqual(new Set(['h2']));
    write('a.css', 'h1 { color: rgb(2, 2, 2) }');
    const color = (): Promise<string> => tab.page.$eval('h1', (h1) => getComputedStyle(h1).color);
    await vi.waitFor(async () => expect(await color()).toBe('rgb(2, 2, 2)'));
    expect(tab.loads()).toBe(1);
  });

  it("[R1] polls its backend's Socket.IO over HTTP/2, and upgrades it", async () => {
    const html =
      '<!doctype html><title>t</title><link rel="icon" href="data:,"><script src="/socket.io/socket.io.js"></script>';
    const backend = createServer((_request, response) => {
      response.setHeader('Content-Type', 'text/html');
      response.end(html);
    });
    const io = new Server(backend);
    io.on('connection', (socket) => socket.on('ask', (text, answer) => answer(`got ${text}`)));
    backend.listen(0, '127.0.0.1');
    await once(backend, 'listening');
    onTestFinished(() => io.close());
    const proxy = `http://127.0.0.1:${(backend.address() as AddressInfo).port}`;
    const watch = [makeFolder().folder];
    const tool = await startReload({ proxy, watch, https: true, cacheFolder: makeFolder().folder });
    const tab = await openTrusting(tool.url);
    const ask = (transport: string): Promise<string> =>
      tab.page.evaluate(
        `new Promise((resolve) => io({ transports: ['${transport}'], forceNew: true }).emit('ask', '${transport}', resolve))`,
      );
    expect(await ask('polling')).toBe('got polling');
    expect(await ask('websocket')).toBe('got websocket');
  });
});
