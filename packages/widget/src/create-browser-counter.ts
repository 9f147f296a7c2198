import { createCounterHandle, type Counter } from './client/counter-handle.ts';
import { createFallback } from './client/fallback.ts';
import { resolveOptions, type CounterOptions } from './options.ts';
import { shareCounter } from './share-counter.ts';

/**
 * A counter like that of `createCounter`, without socket.io-client: by the browser's own WebSocket, and by server-sent
 * events where it is blocked.
 *
 * @throws TypeError with every invalid option.
 */
export function createBrowserCounter(options: CounterOptions): Counter {
  const target = resolveOptions(options);
  return createCounterHandle(globalThis.document && shareCounter(target, options, createFallback()));
}
