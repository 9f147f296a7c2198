import type { CounterState } from './client/state.ts';
import { getCounterStore } from './counter-store.ts';
import type { CounterOptions } from './options.ts';

export type { CounterOptions } from './options.ts';
export type { CounterState } from './client/state.ts';

/** A Svelte store that components can only read. */
export interface OnlineCount {
  /** Calls `run` at once and after each change, until the function that it returns is called. */
  subscribe(run: (state: CounterState) => void): () => void;
}

/**
 * A Svelte store with the state of the page's counter. All stores with the same options share one connection, which is open
 * while one of them has subscribers. In a server render the state is `connecting`.
 *
 * @throws TypeError with every invalid option.
 * @example
 * ```ts
 * import { onlineCount } from '@live-online/widget/svelte';
 *
 * const online = onlineCount({ server: 'https://example.org/live-online/' });
 * const unsubscribe = online.subscribe(({ total }) => {
 *   document.title = `${total ?? 0} online`;
 * });
 * ```
 */
export function onlineCount(options: CounterOptions): OnlineCount {
  const { subscribe, getState } = getCounterStore(options);
  return {
    subscribe(run) {
      const unsubscribe = subscribe(() => run(getState()));
      run(getState());
      return unsubscribe;
    },
  };
}
