// A server with a short heartbeat, for the test of sleeping processes.
import process from 'node:process';
import { createResolvedServer } from '../../src/create-counter-server.ts';
import { resolveServerOptions } from '../../src/options/resolve-options.ts';

const server = createResolvedServer({
  ...resolveServerOptions({ host: '127.0.0.1', port: 0 }),
  heartbeat: { intervalMs: 700, timeoutMs: 500 },
});
const { url } = await server.listen();
process.send?.(url);
