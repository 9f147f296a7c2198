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
  const { options, redis, workers } = command;
  if (workers === undefined) {
    if (!redis) return createCounterServer(options);
    const { url, ...shared } = redis;
    return createCounterServer({ ...options, store: redisStore(url, shared) });
  }
  const pool = createCounterWorkers({ workers, options, ...(redis && { redis }) });
  pool.on('worker', ({ worker, reason }) => {
    log.warning(`worker ${worker}: ${reason}; another worker replaces it`);
  });
  return pool;
}
