import { createClient, type Counter } from './client/client.ts';
import { connectSocketIo } from './client/socket-io-connection.ts';
import { resolveOptions, type CounterOptions } from './options.ts';

/**
 * Counts this page as one on its site, and tells how many there are.
 *
 * In a server render, where there is no `document`, it opens nothing and stays `connecting`.
 *
 * @throws TypeError naming every option that is wrong.
 */
export function createCounter(options: CounterOptions): Counter {
  return createClient(resolveOptions(options), connectSocketIo);
}
