/** One of the servers: a counter as in any Node program, which tells its parent what it says right now. */
import { createCounterServer } from '@live-online/server';
import { redisStore } from '@live-online/server/redis';

const TELL_MS = 100;

const [name, port, site] = process.argv.slice(2);
// Not an argument, which everybody on the machine may read: it holds the password.
const { REDIS_URL: redisUrl } = process.env;
const counter = createCounterServer({
  port: Number(port),
  host: '127.0.0.1',
  // The pages' address has two names.
  sites: [site, `127.0.0.1=${site}`],
  trustProxy: ['loopback'],
  // All sites are followed, so that a server without pages has something to say as well.
  store: redisStore(redisUrl, { name, follow: 'all' }),
});

let stale = false;
counter.on('total', (told) => (stale = told.stale));

let ending = false;
process.on('SIGTERM', async () => {
  if (ending) return;
  ending = true;
  // Pages are asked to leave a few at a time, and are counted until they are due elsewhere.
  await counter.drain();
  process.exit(0);
});
// Ctrl-C reaches all processes of a terminal; the parent is the one that ends its children.
process.on('SIGINT', () => {});
process.on('disconnect', () => process.exit());

await counter.listen();
const tell = () =>
  process.connected &&
  process.send({ total: counter.total(site), stale, pages: counter.stats().connections });
tell();
setInterval(tell, TELL_MS);
