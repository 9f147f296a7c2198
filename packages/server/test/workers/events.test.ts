import { expect, it, vi } from 'vitest';
import { openEvents } from '../helpers/event-client.ts';
import { startWorkers } from '../helpers/workers.ts';

const patient = { timeout: 30_000, interval: 50 };

it('[C8] an answer to a ping counts, whichever worker receives it', async () => {
  const { workers, url } = await startWorkers({ workers: 2 });
  // Each answer comes by a connection of its own. A client that is not heard of is not asked again.
  const clients = Array.from({ length: 6 }, () => openEvents(url, 'join=1', { answers: true }));
  await Promise.all(clients.map((client) => client.receives(6)));
  const pings = (): number[] =>
    clients.map(({ events }) => events.filter(({ name }) => name === 'ping').length);
  await vi.waitFor(() => expect(pings()).toEqual(clients.map(() => 2)), patient);
  expect(workers.total('a.example')).toBe(6);
  clients[0]!.leave();
  await Promise.all(clients.slice(1).map((client) => client.receives(5)));
});
