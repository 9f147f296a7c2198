/** One of the servers: a counter as in any Node program. It also sends its parent process what it counts. */
import { createCounterServer } from '@live-online/server';
import { redisStore } from '@live-online/server/redis';

const REPORT_INTERVAL_MS = 100;

const [name, port, site] = process.argv.slice(2);
const counter = createCounterServer({
  port: Number(port),
  host: '127.0.0.1',
  // The page has two names.
  sites: [site, `127.0.0.1=${site}`],
  trustProxy: ['loopback'],
  // `all`: the server knows the total also while none of its own connections is on the site. The URL is in the environment
  // because all users of the machine can read arguments.
  store: redisStore(process.env.REDIS_URL, { name, follow: 'all' }),
});

let stale = false;
counter.on('total', (update) => (stale = update.stale));

process.once('SIGTERM', async () => {
  // Moves its connections to the other servers, a few at a time.
  await counter.drain();
  process.exit(0);
});
// Ctrl-C reaches all processes of a terminal. main.js ends this one.
process.on('SIGINT', () => {});
process.on('disconnect', () => process.exit());

await counter.listen();
setInterval(() => {
  if (!process.connected) return;
  process.send({ total: counter.total(site), stale, connections: counter.stats().connections });
}, REPORT_INTERVAL_MS);
