import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';
import { readSite } from './site.js';

const SAMPLE_MS = 200;
const MAX_ORDER_BYTES = 1_000;

/**
 * The page, and the wire by which it gives orders. Orders end processes, so it is for this machine and this page alone: it
 * listens on the loopback, to its own names, and takes orders from its own page, which knows a token.
 *
 * @param {object} on
 * @param {number} on.port
 * @param {string} on.counterUrl
 * @param {import('./watch.js').Watch} on.watch
 * @param {(order: unknown) => void} on.obey
 */
export async function openControl({ port, counterUrl, watch, obey }) {
  const token = randomBytes(16).toString('hex');
  const hosts = ['localhost', '127.0.0.1'].map((name) => `${name}:${port}`);
  const site = await readSite({ counterUrl, token });
  const counter = new URL(counterUrl).host;
  const headers = {
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    'Content-Security-Policy':
      `default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self' http://${counter}; ` +
      `connect-src 'self' ${hosts.map((host) => `ws://${host}`).join(' ')} ws://${counter}; ` +
      `base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  };

  const http = createServer((request, response) => {
    const file = site.get(request.url.split('?', 1)[0]);
    const say = (status, type, body) =>
      response.writeHead(status, { ...headers, 'Content-Type': `${type}; charset=utf-8` }).end(body);
    if (!hosts.includes(request.headers.host)) return say(421, 'text/plain', 'Not the name of this page.');
    if (request.method !== 'GET') return say(405, 'text/plain', 'There is nothing here but a page.');
    if (!file) return say(404, 'text/plain', 'There is no such file.');
    return say(200, file.type, file.body);
  });

  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_ORDER_BYTES });
  http.on('upgrade', (request, socket, head) => {
    const { host, origin } = request.headers;
    const isOurs = hosts.includes(host) && origin === `http://${host}`;
    if (!isOurs || request.url !== `/control?token=${token}`) {
      socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    sockets.handleUpgrade(request, socket, head, (page) => welcome(page));
  });

  function welcome(page) {
    page.on('error', () => {});
    page.on('message', (data) => obey(parse(data)));
    page.send(JSON.stringify({ history: watch.history, events: watch.events }));
    page.send(JSON.stringify({ now: watch.look(sockets.clients.size) }));
  }

  function tellAll(message) {
    const text = JSON.stringify(message);
    for (const page of sockets.clients) page.send(text);
  }
  watch.onEvent((event) => tellAll({ events: [event] }));
  const timer = setInterval(() => tellAll({ now: watch.look(sockets.clients.size) }), SAMPLE_MS);

  http.listen(port, '127.0.0.1');
  await once(http, 'listening');
  return {
    url: `http://localhost:${port}/`,
    async close() {
      clearInterval(timer);
      for (const page of sockets.clients) page.terminate();
      const closed = once(http, 'close');
      http.close();
      http.closeAllConnections();
      await closed;
    },
  };
}

function parse(data) {
  try {
    return JSON.parse(String(data));
  } catch {
    return undefined;
  }
}
