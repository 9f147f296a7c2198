// A server of the fault tests: what the command line does, with a store whose lease can be short.
import { createCounterServer } from '@live-online/server';
import { redisStore } from '@live-online/server/redis';

const { redisUrl, store, ...options } = JSON.parse(process.argv[2]);
const server = createCounterServer({ host: '127.0.0.1', ...options, store: redisStore(redisUrl, store) });
process.on('SIGTERM', () => void server.drain().then(() => process.exit(0)));
const { url } = await server.listen();
console.log(JSON.stringify({ event: 'listening', url }));
