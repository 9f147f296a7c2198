import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createCounterServer } from '@live-online/server';
import { redisStore } from '@live-online/server/redis';
import { openPages } from '../../examples/live-counter/web/pages.js';
import { freePort, listening, portFrom } from '../../examples/redis/run/ports.js';
import { startReaper } from '../../examples/redis/run/start-reaper.js';
import { createRedis } from '../../examples/redis/run/units.js';
import { findNeed, installCommand, needs } from '../lib/system-needs.mjs';

const SITE = fileURLToPath(new URL('./site', import.meta.url));
const HOST = '127.0.0.1';

/** What stands in the pages, so that they can be read as any page with a counter: the servers, and the ports of each. */
const SERVERS_AS_WRITTEN = 'data-servers="a b"';
const PORTS_AS_WRITTEN = { a: 8081, b: 8082 };

/**
 * Starts the servers and the pages, and prints where they are.
 *
 * @param {(text: string) => void} print
 * @param {(disposal: () => unknown) => void} onEnd Takes what is to be done at the end, last first.
 */
export async function startPlayground(print, onEnd) {
  const firstPort = await portFrom('PORT', PORTS_AS_WRITTEN.a);
  const sitePort = await portFrom('SITE_PORT', 8080);
  const redisUrl = await startRedis(print, onEnd);

  /** @type {[name: string, port: number][]} */
  const servers = [['a', firstPort]];
  if (redisUrl !== undefined) servers.push(['b', await freePort(firstPort + 1)]);
  for (const [name, port] of servers) {
    const store = redisUrl === undefined ? {} : { store: redisStore(redisUrl, { name }) };
    const counter = createCounterServer({ port, host: HOST, ...store });
    onEnd(() => counter.close());
    await counter.listen();
  }

  const names = servers.map(([name]) => name).join(' ');
  const pages = await openPages({
    folder: SITE,
    port: sitePort,
    rewritesAt: () => [
      [SERVERS_AS_WRITTEN, `data-servers="${names}"`],
      ...servers.map(([name, port]) => [`localhost:${PORTS_AS_WRITTEN[name]}`, `localhost:${port}`]),
    ],
  });
  onEnd(() => pages.close());

  print(
    tableOf([
      ['pages', `http://localhost:${pages.port}/`],
      ...servers.map(([name, port]) => [`server ${name}`, `http://localhost:${port}/`]),
      ...(redisUrl === undefined ? [] : [['Redis', redisUrl]]),
    ]),
  );
  print('Open the pages, and save a file in scripts/playground/site: they follow. Ctrl-C ends everything.\n');
  pages.onChange(print);
}

/**
 * Starts a Redis with the permissions that the documentation gives to servers.
 *
 * @param {(text: string) => void} print
 * @param {(disposal: () => unknown) => void} onEnd
 * @returns {Promise<string | undefined>} its URL; nothing where it is not installed
 */
async function startRedis(print, onEnd) {
  const program = findNeed('Redis');
  if (program === undefined) {
    const remedy = installCommand(needs.filter(({ name }) => name === 'Redis'));
    print(`redis-server is not installed, so there is only one counter server. To have two: ${remedy}`);
    return undefined;
  }
  const folder = await mkdtemp(join(tmpdir(), 'live-online-playground-'));
  onEnd(() => rm(folder, { recursive: true, force: true }));
  const password = randomBytes(8).toString('hex');
  const port = await freePort(6390);
  // The reaper ends Redis even if this process is killed.
  const redis = await createRedis(program, {
    folder,
    port,
    password,
    changed: () => {},
    reaper: startReaper(),
  });
  redis.start();
  onEnd(() => redis.end());
  await listening(port, 'Redis');
  return `redis://live-online:${password}@${HOST}:${port}`;
}

/** @param {string[][]} rows */
function tableOf(rows) {
  const width = Math.max(...rows.map(([name]) => name.length));
  return ['', ...rows.map(([name, address]) => `  ${name.padEnd(width)}   ${address}`), ''].join('\n');
}
