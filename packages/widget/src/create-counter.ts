import { createCounterHandle, type Counter } from './client/counter-handle.ts';
import { connectSocketIo } from './client/socket-io-connection.ts';
import { resolveOptions, type CounterOptions } from './options.ts';
import { shareCounter } from './share-counter.ts';

/**
 * Connects to a counter server, so that this page is counted on its site, and receives the total. All counters of a page
 * for the same server share one connection, also with the script tag.
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
  const target = resolveOptions(options);
  return createCounterHandle(globalThis.document && shareCounter(target, options, connectSocketIo));
}
