import { createCounterServer } from '../../packages/server/dist/index.js';
import { serveAs } from './serve.mjs';

/**
 * Lets the benchmark start Live Online on a free port of the loopback.
 *
 * @param {import('../../packages/server/dist/index.js').CounterServerOptions} [options]
 */
export function serveOurs(options) {
  serveAs(async (more) => {
    // All clients have the same address.
    const shared = { port: 0, host: '127.0.0.1', maxPerAddress: 100_000 };
    const counter = createCounterServer({ ...options, ...more, ...shared });
    const { port } = await counter.listen();
    return `http://127.0.0.1:${port}/`;
  });
}
