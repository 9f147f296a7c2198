import { createCounterServer, type CounterServer } from '../create-counter-server.ts';
import { createCounterWorkers, type CounterWorkers } from '../create-counter-workers.ts';
import { redisStore } from '../redis.ts';
import type { Log } from './log.ts';
import type { Command } from './read-command-line.ts';

/**
 * Creates the counter of a command line: in this process, or in several workers.
 *
 * @throws CounterServerError
 */
export function createCounter(command: Command, log: Log): CounterServer | CounterWorkers {
  const { options, redis: { url, name } = {}, workers } = command;
  const named = name === undefined ? {} : { name };
  if (workers === undefined) {
    return createCounterServer(url === undefined ? options : { ...options, store: redisStore(url, named) });
  }
  const pool = createCounterWorkers({
    workers,
    options,
    ...(url !== undefined && { redis: { url, ...named } }),
  });
  pool.on('worker', ({ worker, reason }) => {
    log.warning(`worker ${worker}: ${reason}; another worker replaces it`);
  });
  return pool;
}
