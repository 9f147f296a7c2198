import { once } from 'node:events';
import { createServer } from 'node:http';
import { readPage } from './read-page.js';

const COMMON_HEADERS = { 'Cache-Control': 'no-cache', 'X-Content-Type-Options': 'nosniff' };

/**
 * A small backend for the pages of a folder, on a free port of the loopback.
 *
 * @param {string} root
 * @returns {Promise<{ url: string, rewrite: (pairs: [string, string][]) => void, close: () => Promise<void> }>} `rewrite`
 * replaces words in the pages, all in one pass: what is written in may be a word that another pair replaces.
 */
export async function createPageServer(root) {
  /** @type {(html: string) => string} */
  let rewritten = (html) => html;

  /** @type {import('node:http').RequestListener} */
  const serve = async (request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { ...COMMON_HEADERS, Allow: 'GET, HEAD' }).end();
      return;
    }
    const found = await readPage(root, request.url ?? '/');
    const { status, type, body } = found ?? { ...(await readPage(root, '/404.html')), status: 404 };
    const content = type.startsWith('text/html') ? Buffer.from(rewritten(body.toString())) : body;
    response.writeHead(status, {
      ...COMMON_HEADERS,
      'Content-Type': type,
      'Content-Length': content.length,
    });
    response.end(request.method === 'HEAD' ? undefined : content);
  };

  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.writeHead(500, COMMON_HEADERS).end());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    rewrite(pairs) {
      const words = new Map(pairs);
      const any = new RegExp([...words.keys()].map(escapeForRegExp).join('|'), 'g');
      rewritten = (html) => html.replace(any, (word) => words.get(word));
    },
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function escapeForRegExp(text) {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
