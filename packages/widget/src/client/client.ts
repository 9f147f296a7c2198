import { PROTOCOL_VERSION, type CounterHandshake } from '@live-online/protocol';
import type { Connect, Connection, ConnectionTarget } from './connection.ts';
import { createMember } from './member.ts';
import type { Page } from './page.ts';
import { retryDelayMs } from './retry.ts';
import { afterTotal, initialState, withStatus, type CounterState } from './state.ts';

/** A live count of the people on the page's site. */
export interface Counter {
  /** What is known right now. The same object until something changes. */
  readonly state: CounterState;
  /**
   * Calls `listener` at once with the current state, and again after each change.
   *
   * @returns Ends the subscription.
   */
  subscribe(listener: (state: CounterState) => void): () => void;
  /** Leaves the site's count for good. May be called twice. */
  close(): void;
}

/** A connection that ended sooner than this counts as a failure, so that no quarrel turns into a storm. */
const PROVEN_MS = 5_000;

/** Keeps one connection at a time, and one state, for as long as the page is in view of its visitor. */
export function createClient(
  target: ConnectionTarget & { readonly token?: string },
  connect: Connect,
  page: Page = globalThis as unknown as Page,
): Counter {
  const listeners = new Set<() => void>();
  let state = initialState;
  let handshake: CounterHandshake | undefined;
  let connection: Connection | undefined;
  let timer: unknown;
  let failures = 0;
  let heardAt: number | undefined;
  let closed = false;

  const change = (next: CounterState): void => {
    if (next === state) return;
    state = next;
    for (const tell of listeners) {
      try {
        tell();
      } catch (error) {
        page.reportError(error);
      }
    }
  };

  const open = (): void => {
    handshake ??= {
      v: PROTOCOL_VERSION,
      member: createMember(),
      ...(target.token === undefined ? {} : { token: target.token }),
    };
    heardAt = undefined;
    connection = connect(target, handshake, {
      total(total, details) {
        heardAt ??= page.performance.now();
        change(afterTotal(state, total, details));
      },
      refused(reason) {
        change(withStatus(state, 'closed', reason));
      },
      lost() {
        if (heardAt !== undefined && page.performance.now() - heardAt > PROVEN_MS) failures = 0;
        timer = page.setTimeout(open, retryDelayMs(failures++));
        change(withStatus(state, 'offline'));
      },
    });
  };

  const leave = (): void => {
    page.clearTimeout(timer);
    connection?.close();
  };

  const comeBack = (event: Event): void => {
    if (!(event as PageTransitionEvent).persisted) return;
    leave();
    change(withStatus(state, 'connecting'));
    open();
  };

  const start = (): void => {
    if (closed) return;
    open();
    // The server shall not count a page that only waits in the back/forward cache.
    page.addEventListener('pagehide', leave);
    page.addEventListener('pageshow', comeBack);
  };

  // A page rendered ahead of its visit is not counted either, and a server render opens nothing.
  const { document } = page;
  if (document?.prerendering) document.addEventListener('prerenderingchange', start, { once: true });
  else if (document) start();

  return {
    get state() {
      return state;
    },
    subscribe(listener) {
      const tell = (): void => listener(state);
      listeners.add(tell);
      tell();
      return () => void listeners.delete(tell);
    },
    close() {
      if (closed) return;
      closed = true;
      if (document) {
        leave();
        page.removeEventListener('pagehide', leave);
        page.removeEventListener('pageshow', comeBack);
      }
      change(withStatus(state, 'closed'));
      listeners.clear();
    },
  };
}
