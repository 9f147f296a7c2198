// A server for attacks, in a process of its own, so that its memory and descriptors can be measured apart from the tests'.
import { createServer } from 'node:http';
import { createCounterServer, createCounterWorkers } from '@live-online/server';
import { redisStore } from '@live-online/server/redis';
import express from 'express';

const { kind, options, redis } = JSON.parse(process.argv[2]);
const { counter, url } = await { own, express: beside, workers }[kind]();

process.on('message', () => {
  globalThis.gc?.();
  process.send({
    totals: Object.fromEntries(counter.totals()),
    stats: counter.stats(),
    memory: process.memoryUsage(),
    resources: countResources(),
  });
});
process.on('disconnect', () => process.exit());
process.send({ url });

/** How many there are of each kind of handle and request that keeps the process alive. */
function countResources() {
  const counts = {};
  for (const kind of process.getActiveResourcesInfo()) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

function withStore() {
  return { ...options, ...(redis && { store: redisStore(redis) }) };
}

async function own() {
  const counter = createCounterServer({ host: '127.0.0.1', port: 0, ...withStore() });
  const { url } = await counter.listen();
  return { counter, url };
}

async function beside() {
  const app = express();
  app.get('/', (_request, response) => void response.send('home'));
  const server = createServer(app);
  const counter = createCounterServer(withStore());
  counter.attach(server);
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { counter, url: `http://127.0.0.1:${server.address().port}/live-online/` };
}

async function workers() {
  const counter = createCounterWorkers({
    workers: 2,
    options: { host: '127.0.0.1', port: 0, ...options },
    ...(redis && { redis: { url: redis } }),
  });
  const { url } = await counter.listen();
  return { counter, url };
}
