import { initialState, type CounterState } from './state.ts';

/** A live count of the members on the page's site. */
export interface Counter {
  /** The current state: the same object until something changes. */
  readonly state: CounterState;
  /**
   * Calls `listener` at once with the current state, and again after each change.
   *
   * @returns A function that unsubscribes.
   */
  subscribe(listener: (state: CounterState) => void): () => void;
  /** Leaves the site's count for good. May be called twice. */
  close(): void;
}

/** Sets the state and calls the listeners, unless status and total stay the same. Keeps the total by default. */
export type SetState = (status: CounterState['status'], reason?: string, total?: number) => void;

/**
 * Creates what the user of a client has in hand, and the function by which the client changes its state.
 *
 * @param disconnect Called by `close()`.
 */
export function createCounterHandle(disconnect: () => void): [counter: Counter, setState: SetState] {
  const notifiers = new Set<() => void>();
  let state = initialState;
  const setState: SetState = (status, reason, total = state.total) => {
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
  };
  const counter: Counter = {
    get state() {
      return state;
    },
    subscribe(listener) {
      const notify = (): void => listener(state);
      notifiers.add(notify);
      notify();
      return () => void notifiers.delete(notify);
    },
    close() {
      disconnect();
      setState('closed');
      notifiers.clear();
    },
  };
  return [counter, setState];
}
