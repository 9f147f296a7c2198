import { useSyncExternalStore } from 'react';
import { initialState, type CounterState } from './client/state.ts';
import { getCounterStore } from './counter-store.ts';
import type { CounterOptions } from './options.ts';

export type { CounterOptions } from './options.ts';
export type { CounterState } from './client/state.ts';

/**
 * The state of the page's counter. All components with the same options share one connection, which is open while one of
 * them is mounted. In a server render, and until the page is hydrated, the state is `connecting`.
 *
 * @throws TypeError with every invalid option.
 * @example
 * ```ts
 * import { useOnlineCount } from '@live-online/widget/react';
 *
 * export function Online(): string | null {
 *   const { total } = useOnlineCount({ server: 'https://example.org/live-online/' });
 *   return total === undefined ? null : `${total} online`;
 * }
 * ```
 */
export function useOnlineCount(options: CounterOptions): CounterState {
  const { subscribe, getState } = getCounterStore(options);
  return useSyncExternalStore(subscribe, getState, () => initialState);
}
