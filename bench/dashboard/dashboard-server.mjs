/** Serves the built dashboard, and answers of the HTTP API whose numbers change. */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';

const FILES = fileURLToPath(new URL('../../packages/server/dist/pages/dashboard', import.meta.url));
const TYPES = { html: 'text/html', js: 'text/javascript', css: 'text/css' };
/** They are encoded before measuring, so that the browser has both cores. The dashboard asks every 2 s. */
const ANSWERS = 8;
const TREND_MINUTES = 60;

/**
 * @param {number} sites
 * @returns {Promise<{ url: string, requests: () => number, close: () => void }>} `requests` counts those for the sites. The page
 *   `idle` below `url` is empty.
 */
export async function startDashboard(sites) {
  const answers = Array.from({ length: ANSWERS }, (_, index) =>
    Buffer.from(JSON.stringify(sitesAnswer(sites, index))),
  );
  let requests = 0;
  const server = createServer(async (request, response) => {
    const path = new URL(request.url, 'http://localhost').pathname;
    if (path === '/v1/sites') {
      response.writeHead(200, { 'Content-Type': 'application/json' });
      return void response.end(answers[requests++ % ANSWERS]);
    }
    if (path === '/dashboard/idle') {
      response.writeHead(200, { 'Content-Type': TYPES.html });
      return void response.end('<!doctype html><title>Idle page</title>');
    }
    const name = /^\/dashboard\/([\w.]*)$/.exec(path)?.[1];
    const file = name === '' ? 'index.html' : name;
    const content = file && (await readFile(`${FILES}/${file}`).catch(() => undefined));
    if (!content) return void response.writeHead(404).end();
    response.writeHead(200, { 'Content-Type': TYPES[file.split('.').at(-1)] ?? 'image/svg+xml' });
    response.end(content);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${server.address().port}/dashboard/`,
    requests: () => requests,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** The answer to `GET v1/sites`. Every number differs from that of the answer before, and so does the order of the sites. */
function sitesAnswer(count, version) {
  const sites = Array.from({ length: count }, (_, index) => {
    const size = 5 + ((index * 7_919) % 900);
    const peopleAt = (minute) => Math.round(size * (1 + 0.4 * Math.sin(minute / 9 + index)));
    const people = peopleAt(TREND_MINUTES) + ((version * 31 + index * 17) % 23);
    const trend = Array.from({ length: TREND_MINUTES }, (_, minute) => peopleAt(minute));
    const peakToday = Math.max(...trend, people);
    return {
      site: `site-${index}.example.org`,
      people,
      tabs: Math.round(people * 1.2),
      stale: false,
      peakToday,
      peakAllTime: peakToday * 2,
      trend,
    };
  });
  return { sites };
}
