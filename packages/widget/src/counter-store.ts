import type { Counter } from './client/counter-handle.ts';
import { initialState, type CounterState } from './client/state.ts';
import { createBrowserCounter } from './create-browser-counter.ts';
import { resolveOptions, type CounterOptions } from './options.ts';

/** A counter that is connected while it has listeners. */
export interface CounterStore {
  /** Calls `listener` after each change, until the function that it returns is called. */
  subscribe(listener: () => void): () => void;
  /** The same object until something changes. */
  readonly getState: () => CounterState;
}

const stores = new Map<string, CounterStore>();

/**
 * The page's store for these options: the same one at each call. In a server render it is a new one, because the options
 * of a visitor must not stay in the memory of a server.
 *
 * @throws TypeError with every invalid option.
 */
export function getCounterStore(options: CounterOptions): CounterStore {
  resolveOptions(options);
  if (!globalThis.document) return createStore(options);
  const key = JSON.stringify(options);
  const store = stores.get(key) ?? createStore(options);
  stores.set(key, store);
  return store;
}

function createStore(options: CounterOptions): CounterStore {
  const listeners = new Set<() => void>();
  let counter: Counter | undefined;

  const closeIfUnused = (): void => {
    if (listeners.size > 0) return;
    counter?.close();
    counter = undefined;
  };
  return {
    getState: () => counter?.state ?? initialState,
    subscribe(listener) {
      // The same function may subscribe twice.
      const notify = (): void => listener();
      if (!counter) {
        counter = createBrowserCounter(options);
        counter.subscribe(() => {
          for (const each of listeners) each();
        });
      }
      listeners.add(notify);
      return () => {
        listeners.delete(notify);
        // A component that is mounted again in the same task keeps the connection: React's strict mode, a change of pages.
        queueMicrotask(closeIfUnused);
      };
    },
  };
}
