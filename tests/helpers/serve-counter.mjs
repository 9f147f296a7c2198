// A server of the fault tests: what the command line does, with a store whose lease can be short, or of another release.
const { redisUrl, module, store, ...options } = JSON.parse(process.argv[2]);
const { createCounterServer, redisStore } = module
  ? await import(module)
  : { ...(await import('@live-online/server')), ...(await import('@live-online/server/redis')) };
const server = createCounterServer({ host: '127.0.0.1', ...options, store: redisStore(redisUrl, store) });
process.on('SIGTERM', () => void server.drain().then(() => process.exit(0)));
const { url } = await server.listen();
console.log(JSON.stringify({ event: 'listening', url }));
