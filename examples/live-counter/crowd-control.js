import { once } from 'node:events';
import { createServer } from 'node:http';
import { MAX_VISITORS } from './crowd.js';

/**
 * What the control on the page asks: how many visitors are simulated, and a link to the dashboard. It listens on the
 * loopback only, and accepts changes from the example's own pages only.
 *
 * @param {object} options
 * @param {number} options.port
 * @param {(origin: string) => boolean} options.isOwnOrigin
 * @param {{ target: number, size: number }} options.crowd
 * @param {() => string} options.createLink A link to the dashboard that signs in once.
 */
export async function openCrowdControl({ port, isOwnOrigin, crowd, createLink }) {
  const server = createServer(({ headers, method, url }, response) => {
    const { pathname, searchParams } = new URL(url, 'http://localhost');
    const { host = '', origin } = headers;
    // Another name for this address may belong to another site (DNS rebinding).
    if (!/^(localhost|127\.0\.0\.1):\d+$/.test(host)) return end(response, 421);
    if (method === 'GET' && pathname === '/dashboard') {
      response.setHeader('Location', createLink());
      return end(response, 303);
    }
    if (pathname !== '/crowd') return end(response, 404);
    if (origin === undefined || !isOwnOrigin(origin)) return end(response, 403);
    response.setHeader('Access-Control-Allow-Origin', origin);
    if (method === 'POST') crowd.target = Number(searchParams.get('visitors')) || 0;
    response.setHeader('Content-Type', 'application/json');
    end(response, 200, JSON.stringify({ target: crowd.target, size: crowd.size, max: MAX_VISITORS }));
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function end(response, status, body = '') {
  response.writeHead(status, { 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' });
  response.end(body);
}
