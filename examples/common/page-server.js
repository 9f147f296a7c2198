import { once } from 'node:events';
import { readFile, realpath } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The style sheet of all example pages. Every page server has it. */
export const BASE_CSS = fileURLToPath(new URL('../live-counter/site/base.css', import.meta.url));

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};
const HEADERS = {
  'Cache-Control': 'no-cache',
  'X-Content-Type-Options': 'nosniff',
  'Content-Security-Policy': "frame-ancestors 'self'",
};

/**
 * Serves the pages of a folder on the loopback.
 *
 * @param {string} folder
 * @param {object} [options]
 * @param {number} [options.port] 0 for any free one.
 * @param {[text: string, replacement: string][]} [options.replacements] Made in all HTML, in one pass: a replacement may be
 * the text of another one.
 */
export async function createPageServer(folder, { port = 0, replacements = [] } = {}) {
  const replacementOf = new Map(replacements);
  const texts = new RegExp([...replacementOf.keys()].map(escapeForRegExp).join('|'), 'g');
  const replaceIn = (html) => html.replace(texts, (text) => replacementOf.get(text) ?? text);

  const server = createServer(async ({ headers, method, url }, response) => {
    const send = (status, type, body) => {
      response.writeHead(status, {
        ...HEADERS,
        'Content-Type': type,
        'Content-Length': Buffer.byteLength(body),
      });
      response.end(method === 'HEAD' ? undefined : body);
    };
    if (!isOwnHost(headers.host)) return send(421, 'text/plain', 'This server has another name.\n');
    if (method !== 'GET' && method !== 'HEAD') return send(405, 'text/plain', 'Use GET or HEAD.\n');
    const found = await readPage(folder, url);
    const page = found ?? (await readPage(folder, '/404.html'));
    if (page === undefined) return send(404, 'text/plain', 'Not found.\n');
    const { type, body } = page;
    return send(found ? 200 : 404, type, type === TYPES['.html'] ? replaceIn(body.toString()) : body);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const hosts = ['localhost', '127.0.0.1'].map((name) => `${name}:${server.address().port}`);
  const isOwnHost = (host) => hosts.includes(host);

  return {
    server,
    /** Whether a request names this server: a page of another name may not read it (DNS rebinding). */
    isOwnHost,
    url: `http://127.0.0.1:${server.address().port}/`,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** @returns {Promise<{ type: string, body: Buffer } | undefined>} undefined if the folder has no such file */
async function readPage(folder, url) {
  try {
    const path = decodeURIComponent(new URL(url, 'http://localhost').pathname);
    const root = await realpath(folder);
    const file =
      path === '/base.css' ? BASE_CSS : await realpath(join(root, path.replace(/\/$/, '/index.html')));
    if (file !== BASE_CSS && !file.startsWith(root + sep)) return undefined;
    return { type: TYPES[extname(file)] ?? 'application/octet-stream', body: await readFile(file) };
  } catch {
    return undefined;
  }
}

function escapeForRegExp(text) {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
