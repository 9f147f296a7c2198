/** Live Online with its defaults, and `redisStore`. */
import { createCounterServer } from '../../packages/server/dist/index.js';
import { redisStore } from '../../packages/server/dist/redis.js';
import { serveAs } from '../counter/serve.mjs';

serveAs(async (redisUrl, options) => {
  // All clients have the same address.
  const counter = createCounterServer({
    ...options,
    port: 0,
    host: '127.0.0.1',
    maxPerAddress: 100_000,
    store: redisStore(redisUrl),
  });
  const { port } = await counter.listen();
  return `http://127.0.0.1:${port}/`;
});
