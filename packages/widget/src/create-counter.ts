import { createClient } from './client/client.ts';
import type { Counter } from './client/counter-handle.ts';
import { connectSocketIo } from './client/socket-io-connection.ts';
import { resolveOptions, type CounterOptions } from './options.ts';

/**
 * Connects to a counter server, so that this page is counted on its site, and receives the total.
 *
 * In a server render, which has no `document`, it opens no connection and stays `connecting`.
 *
 * @throws TypeError with every invalid option.
 * @example
 * ```ts
 * import { createCounter } from '@live-online/widget';
 *
 * const counter = createCounter({ server: 'https://example.org/live-online/' });
 * const unsubscribe = counter.subscribe(({ status, total }) => {
 *   document.title = status === 'live' ? `${total} online` : 'My site';
 * });
 * ```
 */
export function createCounter(options: CounterOptions): Counter {
  return createClient(resolveOptions(options), connectSocketIo);
}
