import type { Client } from './client.ts';
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
  /**
   * Removes this page from the count until it is loaded again, with all counters of the page for the same server. Their
   * state is then `{ status: 'closed', reason: 'opted-out' }`. May be called twice.
   */
  optOut(): void;
}

/**
 * Creates what the user of a client has in hand.
 *
 * @param client Shared with other counters of the page; absent in a server render.
 */
export function createCounterHandle(client: Client | undefined): Counter {
  const notifiers = new Set<() => void>();
  let state = initialState;
  const setState = (next: CounterState): void => {
    if (state.status === next.status && state.total === next.total && state.page === next.page) return;
    state = next;
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
  const leave = client?.(setState);
  return {
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
      leave?.();
      setState({ ...state, status: 'closed' });
    },
    optOut() {
      client?.optOut?.();
    },
  };
}
