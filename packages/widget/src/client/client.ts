import { isTotal, parseTotalDetails, PROTOCOL_VERSION } from '@live-online/protocol';
import type { Connect, Connection, ConnectionTarget, Handshake } from './connection.ts';
import { createMemberId } from './member-id.ts';
import type { Page } from './page.ts';
import { retryDelayMs } from './retry-delay.ts';
import type { CounterState } from './state.ts';
import { createStateStore } from './state-store.ts';

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

/** A connection that ends sooner counts as a failure, so that the backoff grows against a server that drops clients. */
const STABLE_AFTER_MS = 5_000;

/** Keeps one connection open while the page is visited, and closes it in the back/forward cache. */
export function createClient(
  target: ConnectionTarget & { readonly token: string | undefined },
  connect: Connect,
  page: Page = globalThis,
): Counter {
  const store = createStateStore();
  const closing = new AbortController();
  let handshake: Handshake;
  let connection: Connection | undefined;
  /** Until the next attempt, or until the connection counts as stable. */
  let timer: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;

  const open = (): void => {
    handshake ??= { v: PROTOCOL_VERSION, member: createMemberId(), token: target.token };
    timer = undefined;
    connection = connect(target, handshake, {
      total(total, details) {
        timer ??= setTimeout(() => {
          failures = 0;
        }, STABLE_AFTER_MS);
        const { stale, resume } = parseTotalDetails(details);
        if (resume) handshake.resume = resume;
        if (isTotal(total)) store.set(stale ? 'stale' : 'live', undefined, total);
      },
      ended(reason) {
        clearTimeout(timer);
        if (!reason) timer = setTimeout(open, retryDelayMs(failures++));
        store.set(reason ? 'closed' : 'offline', reason);
      },
    });
  };

  const disconnect = (): void => {
    clearTimeout(timer);
    connection?.close();
  };

  const reconnect = (event: Event): void => {
    if (!(event as PageTransitionEvent).persisted) return;
    disconnect();
    open();
    store.set('connecting');
  };

  const untilClosed = { signal: closing.signal };
  const start = (): void => {
    open();
    // A page in the back/forward cache must not be counted.
    page.addEventListener('pagehide', disconnect, untilClosed);
    page.addEventListener('pageshow', reconnect, untilClosed);
  };

  // A prerendered page connects when it is visited; a server render, which has no document, never does.
  const { document } = page;
  if (document?.prerendering) document.addEventListener('prerenderingchange', start, untilClosed);
  else if (document) start();

  return {
    get state() {
      return store.state;
    },
    subscribe: store.subscribe,
    close() {
      closing.abort();
      disconnect();
      store.set('closed');
      store.clear();
    },
  };
}
