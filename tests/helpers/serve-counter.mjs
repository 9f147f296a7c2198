// A server of the fault tests: what the command line does, with a store whose lease can be short.
import { createCounterServer } from '@live-online/server';
import { redisStore } from '@live-online/server/redis';

const { redisUrl, store, ...options } = JSON.parse(process.argv[2]);
const server = createCounterServer({ host: '127.0.0.1', ...options, store: redisStore(redisUrl, store) });
const say = (event, details) => console.log(JSON.stringify({ event, ...details }));
let ending = false;
process.on('SIGTERM', () => {
  if (ending) process.exit(0);
  ending = true;
  void (server.drain?.() ?? server.close()).then(() => process.exit(0));
});
const { url } = await server.listen();
say('listening', { url });
