import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished, vi } from 'vitest';
import { WebSocketServer, type WebSocket } from 'ws';
import { inChromiumFirst, takePage } from '../helpers/browsers.ts';

const MARKUP = `"'></style><img src=x onerror=window.pwned=1><svg onload=window.pwned=2>`;
const TEXT = JSON.stringify(MARKUP);

/** Packets of a server that is not ours. None of them ends the connection. */
const PACKETS = [
  `42["total",${TEXT}]`,
  `42["total",[${TEXT}]]`,
  `42["total",{"toString":${TEXT},"__proto__":{"polluted":1}}]`,
  ...['-1', '1.5', '1e999', '-1e999', '9007199254740993', 'null', 'true', '"5"', '[]'].map(
    (value) => `42["total",${value}]`,
  ),
  `42["page",${TEXT}]`,
  `42["__proto__",{"polluted":1}]`,
  '42["constructor","prototype"]',
  `42${TEXT}`,
  `42[${'['.repeat(500)}${']'.repeat(500)}]`,
  `42["total",5,{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"resume":${TEXT},"stale":${TEXT}}]`,
  `42["total",5,${TEXT}]`,
  '42["total",5,null]',
  `3${MARKUP}`,
  `9${MARKUP}`,
  MARKUP,
];
const OPEN = '0{"sid":"a","joined":true,"pingInterval":60000,"pingTimeout":60000,"__proto__":{"polluted":1}}';

const PAGE = `<!doctype html><html lang="en"><title>Test</title><body>
<script async src="/live-online.js"></script>
<script type="module" src="/element.js"></script></body></html>`;

const read = (path: string): Buffer =>
  readFileSync(fileURLToPath(new URL(`../../packages/${path}`, import.meta.url)));

/** A server of scripts that are ours, and of sockets that are not. */
async function startHostile(html: string) {
  const files: Record<string, Buffer | string> = {
    '/live-online.js': read('widget/dist/live-online.js'),
    '/live-online.more.js': read('widget/dist/live-online.more.js'),
    '/element.js': read('server/dist/pages/preview-element.js'),
  };
  const server = createServer(({ url }, response) => {
    const body = files[url!];
    response.setHeader('Content-Type', body === undefined ? 'text/html; charset=utf-8' : 'text/javascript');
    response.setHeader('Server-Timing', `live-online;dur=1e300;desc="${Math.floor(Date.now() / 1_000)}"`);
    response.end(body ?? html);
  });
  const sockets = new Set<WebSocket>();
  let total = 7;
  const send = (socket: WebSocket): void => socket.send(`42["total",${total}]`);
  const upgrades = new WebSocketServer({ server });
  upgrades.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    for (const packet of [OPEN, ...PACKETS]) socket.send(packet);
    send(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.terminate();
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    publish(next: number) {
      total = next;
      sockets.forEach(send);
    },
    /** Rejects all connections, with a reason that is no name of one. */
    reject: () => sockets.forEach((socket) => socket.send(`44{"message":${TEXT},"data":{"code":${TEXT}}}`)),
  };
}

/** What a page shows, and which elements the widget has made. */
function look() {
  const badge = document.querySelector('#_loc');
  const element = document.querySelector('live-online-counter');
  const tagsIn = (root: ParentNode | null | undefined): string[] => [
    ...new Set(Array.from(root?.querySelectorAll('*') ?? [], ({ tagName }) => tagName)),
  ];
  const { pwned } = window as { pwned?: unknown };
  return {
    badge: badge?.textContent,
    inBadge: [...tagsIn(badge), ...tagsIn(badge?.shadowRoot)],
    label: badge?.shadowRoot?.textContent.trim(),
    element: element?.shadowRoot?.querySelector('[part=total]')?.textContent,
    elementLabel: element?.shadowRoot?.querySelector('[part=label]:last-of-type')?.textContent.trim(),
    inElement: tagsIn(element?.shadowRoot),
    injected: document.querySelectorAll('img, svg').length,
    pwned: pwned ?? null,
    polluted: ({} as Record<string, unknown>)['polluted'] ?? null,
  };
}

inChromiumFirst('a hostile server, in $name', ({ getContext }) => {
  it('[W4] [SEC56] shows numbers and nothing else, and its packets change nothing in the page', async () => {
    const html = PAGE.replace('</body>', '<live-online-counter server="/">0</live-online-counter></body>');
    const server = await startHostile(html);
    const page = await takePage(await getContext(), () => {
      const texts = new Set<string>();
      (window as { shownTexts?: Set<string> }).shownTexts = texts;
      const note = (): void => void texts.add(document.querySelector('#_loc')?.textContent ?? '');
      new MutationObserver(note).observe(document, { childList: true, subtree: true, characterData: true });
    });
    const problems: string[] = [];
    page.on('pageerror', ({ message }) => problems.push(message));
    await page.goto(server.url);
    const shows = (total: number): Promise<void> =>
      vi.waitFor(
        async () => {
          expect(await page.evaluate(look)).toEqual({
            badge: String(total),
            inBadge: ['SLOT'],
            label: 'online',
            element: String(total),
            elementLabel: 'visitors online',
            inElement: ['SPAN', 'SLOT'],
            injected: 0,
            pwned: null,
            polluted: null,
          });
        },
        { timeout: 30_000 },
      );
    await shows(7);
    server.publish(8);
    await shows(8);
    server.reject();
    server.publish(9);
    await shows(9);
    const texts = await page.evaluate(() => [...(window as { shownTexts?: Set<string> }).shownTexts!]);
    // The first total is a number of the server, too.
    expect(texts.filter((text) => !/^(?:\d+|1e\+300)?$/.test(text))).toEqual([]);
    expect(problems).toEqual([]);
  });

  it('[W2] [SEC57] attributes, labels and options are text, and change no prototype', async () => {
    const escaped = MARKUP.replace(/"/g, '&quot;');
    const names = [
      'label',
      'site',
      'lang',
      'count',
      'scope',
      'token',
      'min',
      'position',
      'theme',
      '__proto__',
      'constructor',
    ];
    const element = names.map((name) => `${name}="${escaped}"`).join(' ');
    const tag = ['label', 'theme', '__proto__', 'constructor', 'count', 'scope']
      .map((name) => `data-${name}="${escaped}"`)
      .join(' ');
    const server = await startHostile(
      PAGE.replace('<script async', `<script ${tag} data-position="bottom-left" async`).replace(
        '</body>',
        `<live-online-counter server="/" ${element}>0</live-online-counter></body>`,
      ),
    );
    const page = await takePage(await getContext());
    const problems: string[] = [];
    page.on('pageerror', ({ message }) => problems.push(message));
    await page.goto(server.url);
    const shows = (elementLabel: string): Promise<void> =>
      vi.waitFor(
        async () => {
          expect(await page.evaluate(look)).toMatchObject({
            label: MARKUP,
            inBadge: ['SLOT'],
            element: '7',
            elementLabel,
            inElement: ['SPAN', 'SLOT'],
            injected: 0,
            pwned: null,
            polluted: null,
          });
        },
        { timeout: 30_000 },
      );
    await shows(MARKUP);
    await page.evaluate((markup) => {
      const label = JSON.parse(
        `{"__proto__":{"polluted":1,"one":"x"},"other":${JSON.stringify(`# ${markup}`)}}`,
      ) as string;
      Object.assign(document.querySelector('live-online-counter')!, { label, polluted: undefined });
    }, MARKUP);
    await shows(MARKUP);
    expect(problems).toEqual([]);
  });
});
