import {
  getCurrentInstance,
  onMounted,
  shallowReadonly,
  shallowRef,
  toValue,
  watch,
  type MaybeRefOrGetter,
  type ShallowRef,
} from 'vue';
import { initialState, type CounterState } from './client/state.ts';
import { getCounterStore } from './counter-store.ts';
import type { CounterOptions } from './options.ts';

export type { CounterOptions } from './options.ts';
export type { CounterState } from './client/state.ts';

/**
 * The state of the page's counter. All components with the same options share one connection, which is open while one of
 * them is mounted. In a server render, and until the page is hydrated, the state is `connecting`.
 *
 * @param options May be a ref or a getter; if they change, the counter connects again.
 * @throws TypeError with every invalid option.
 * @example
 * ```ts
 * import { computed, type ComputedRef } from 'vue';
 * import { useOnlineCount } from '@live-online/widget/vue';
 *
 * export function useTitle(): ComputedRef<string> {
 *   const online = useOnlineCount({ server: 'https://example.org/live-online/' });
 *   return computed(() => `${online.value.total ?? 0} online`);
 * }
 * ```
 */
export function useOnlineCount(
  options: MaybeRefOrGetter<CounterOptions>,
): Readonly<ShallowRef<CounterState>> {
  const state = shallowRef<CounterState>(initialState);
  const start = (): void =>
    void watch(
      () => getCounterStore(toValue(options)),
      ({ subscribe, getState }, _old, onCleanup) => {
        const update = (): void => {
          state.value = getState();
        };
        onCleanup(subscribe(update));
        update();
      },
      { immediate: true },
    );
  // A component shows what the server has rendered until it is mounted. Otherwise the scope of effects ends the watcher.
  if (getCurrentInstance()) onMounted(start);
  else start();
  return shallowReadonly(state);
}
