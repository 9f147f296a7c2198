/** Two counter servers, Redis, and pages that the reload tool serves. Without Redis there is one counter server. */
import { fileURLToPath } from 'node:url';
import { createCounterServer } from '@live-online/server';
import { redisStore } from '@live-online/server/redis';
import { openPages } from '../../examples/common/pages.js';
import { freePort, listening, portFrom } from '../../examples/common/ports.js';
import { createRedis } from '../../examples/common/redis.js';
import { addressTable, run } from '../../examples/common/run.js';
import { findNeed, installCommand, needs } from '../lib/system-needs.mjs';

const SITE = fileURLToPath(new URL('./site', import.meta.url));
/** The names and ports of the servers in the pages. */
const NAMES = 'a b';
const PORTS = { a: 8081, b: 8082 };

await run(async (onEnd) => {
  const port = await portFrom('PORT', PORTS.a);
  const sitePort = await portFrom('SITE_PORT', 8080);
  const redisUrl = await startRedis(onEnd);

  /** @type {['a' | 'b', number][]} */
  const servers = [['a', port]];
  if (redisUrl !== undefined) servers.push(['b', await freePort(port + 1)]);
  for (const [name, serverPort] of servers) {
    const store = redisUrl === undefined ? {} : { store: redisStore(redisUrl, { name }) };
    const counter = createCounterServer({ port: serverPort, host: '127.0.0.1', ...store });
    onEnd(() => counter.close());
    await counter.listen();
  }

  const pages = await openPages({
    folder: SITE,
    port: sitePort,
    print: (text) => console.log(text),
    replacements: [
      [`data-servers="${NAMES}"`, `data-servers="${servers.map(([name]) => name).join(' ')}"`],
      ...servers.map(([name, own]) => [`localhost:${PORTS[name]}`, `localhost:${own}`]),
    ],
  });
  onEnd(pages.close);

  console.log(
    addressTable([
      ['pages', `http://localhost:${sitePort}/`],
      ...servers.map(([name, own]) => [`server ${name}`, `http://localhost:${own}/`]),
      ...(redisUrl === undefined ? [] : [['Redis', redisUrl]]),
    ]),
  );
  console.log(
    'Open the pages, and save a file in scripts/playground/site: they follow. Ctrl-C ends everything.\n',
  );
});

/**
 * @param {(close: () => unknown) => void} onEnd
 * @returns {Promise<string | undefined>} undefined if Redis is not installed
 */
async function startRedis(onEnd) {
  const program = findNeed('Redis');
  if (program === undefined) {
    const command = installCommand(needs.filter(({ name }) => name === 'Redis'));
    console.log(
      `redis-server is not installed, so there is only one counter server. To have two: ${command}`,
    );
    return undefined;
  }
  const port = await freePort(6390);
  const redis = await createRedis(program, port);
  redis.process.start();
  onEnd(() => redis.process.end());
  await listening(redis.process, port);
  return redis.url;
}
