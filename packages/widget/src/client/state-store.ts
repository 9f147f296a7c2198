import { initialState, type CounterState } from './state.ts';

/** The current state of a counter and the listeners that are subscribed to it. */
export interface StateStore {
  readonly state: CounterState;
  /** Sets the state and calls the listeners, unless status and total stay the same. Keeps the total by default. */
  set(status: CounterState['status'], reason?: string, total?: number): void;
  /** Calls `listener` at once and after each change. Returns a function that unsubscribes. */
  subscribe(listener: (state: CounterState) => void): () => void;
  /** Unsubscribes all listeners. */
  clear(): void;
}

export function createStateStore(): StateStore {
  const notifiers = new Set<() => void>();
  let state = initialState;
  return {
    get state() {
      return state;
    },
    set(status, reason, total = state.total) {
      if (state.status === status && state.total === total) return;
      state = { status, total, ...(reason && { reason }) } as CounterState;
      for (const notify of notifiers) {
        try {
          notify();
        } catch (error) {
          // Reported like any uncaught error. reportError() does not exist in every runtime that renders pages.
          setTimeout(() => {
            throw error;
          });
        }
      }
    },
    subscribe(listener) {
      const notify = (): void => listener(state);
      notifiers.add(notify);
      notify();
      return () => void notifiers.delete(notify);
    },
    clear() {
      notifiers.clear();
    },
  };
}
