import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { listenOnLoopback } from './loopback.js';
import { readPage } from './read-page.js';

const ROOT = fileURLToPath(new URL('../site', import.meta.url));

/** The addresses as the pages are written, so that they are what a stranger would write. */
const COUNTER_AS_WRITTEN = 'localhost:8081';
const SITE_PORT_AS_WRITTEN = ':8080/';

const COMMON_HEADERS = {
  // Always asked for again, so that an edited page shows; "no-store" would also keep pages out of the
  // browser's back/forward cache, and going back is a thing to try here.
  'Cache-Control': 'no-cache',
  'X-Content-Type-Options': 'nosniff',
};

/**
 * A small server for the pages in `site/`, on the loopback only.
 *
 * @param {{ counterPort: number }} options
 * @returns {{ listen: (port: number) => Promise<{ port: number }>, close: () => Promise<void> }}
 */
export function createSiteServer({ counterPort }) {
  let sitePort;
  let servers = [];

  /** @type {import('node:http').RequestListener} */
  const serve = async (request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { ...COMMON_HEADERS, Allow: 'GET, HEAD' }).end();
      return;
    }
    const found = await readPage(ROOT, request.url ?? '/');
    const { status, type, body } = found ?? { ...(await readPage(ROOT, '/404.html')), status: 404 };
    const content = type.startsWith('text/html') ? Buffer.from(withPorts(body.toString())) : body;
    response.writeHead(status, {
      ...COMMON_HEADERS,
      'Content-Type': type,
      'Content-Length': content.length,
    });
    response.end(request.method === 'HEAD' ? undefined : content);
  };

  const withPorts = (html) =>
    html
      .replaceAll(COUNTER_AS_WRITTEN, `localhost:${counterPort}`)
      .replaceAll(SITE_PORT_AS_WRITTEN, `:${sitePort}/`);

  return {
    async listen(port) {
      servers = await listenOnLoopback(port, () =>
        createServer((request, response) => {
          serve(request, response).catch(() => response.writeHead(500, COMMON_HEADERS).end());
        }),
      );
      sitePort = servers[0].address().port;
      return { port: sitePort };
    },
    async close() {
      await Promise.all(
        servers.map((server) => {
          const closed = new Promise((resolve) => server.close(resolve));
          server.closeAllConnections();
          return closed;
        }),
      );
    },
  };
}
