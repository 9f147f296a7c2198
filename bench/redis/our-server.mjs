/** Live Online, as it is shipped, adding up with others over Redis. */
import { createCounterServer } from '../../packages/server/dist/index.js';
import { redisStore } from '../../packages/server/dist/redis.js';
import { serveAs } from '../counter/serve.mjs';

serveAs(async (redisUrl) => {
  // The limits are lifted, since all clients come from one address.
  const counter = createCounterServer({
    port: 0,
    host: '127.0.0.1',
    maxPerAddress: 100_000,
    store: redisStore(redisUrl),
  });
  const { port } = await counter.listen();
  return `http://127.0.0.1:${port}/`;
});
