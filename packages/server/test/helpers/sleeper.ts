// A server with a short heartbeat, for the test of sleeping processes. Its argument is the engine.
import process from 'node:process';
import { createResolvedServer } from '../../src/create-counter-server.ts';
import type { EngineName } from '../../src/io/transport.ts';
import { resolveServerOptions } from '../../src/options/resolve-options.ts';

const server = createResolvedServer({
  ...resolveServerOptions({ host: '127.0.0.1', port: 0, engine: process.argv[2] as EngineName }),
  heartbeat: { intervalMs: 700, timeoutMs: 500 },
});
const { url } = await server.listen();
process.send?.(url);
