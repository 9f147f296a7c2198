/** Live Online, as it is shipped; only the limits are lifted, since all clients come from one address. */
import { createCounterServer } from '../../packages/server/dist/index.js';
import { serveAs } from './serve.mjs';

const counter = createCounterServer({ port: 0, host: '127.0.0.1', maxPerAddress: 100_000 });

serveAs(async () => {
  const { port } = await counter.listen();
  return `http://127.0.0.1:${port}/`;
});
