import { isTotal, parseTotalDetails, PROTOCOL_VERSION } from '@live-online/protocol';
import type { Connect, Connection, ConnectionTarget, Handshake } from './connection.ts';
import { createMember } from './member.ts';
import type { Page } from './page.ts';
import { retryDelayMs } from './retry.ts';
import { initialState, type CounterState } from './state.ts';

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

/** A connection that told totals for less than this was a failure too, so that no quarrel becomes a storm. */
const PROVEN_MS = 5_000;

/** Keeps one connection at a time, and one state, for as long as the page is in view of its visitor. */
export function createClient(
  target: ConnectionTarget & { readonly token: string | undefined },
  connect: Connect,
  page: Page = globalThis,
): Counter {
  const listeners = new Set<() => void>();
  const life = new AbortController();
  let handshake: Handshake;
  let state = initialState;
  let connection: Connection | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;

  /** News of the same are no news. The total stays, unless there is a new one. */
  const change = (status: CounterState['status'], reason?: string, total = state.total): void => {
    if (state.status === status && state.total === total) return;
    state = { status, total, ...(reason && { reason }) } as CounterState;
    for (const tell of listeners) {
      try {
        tell();
      } catch (error) {
        // As if it had been thrown on its own: not everything that renders pages has reportError().
        setTimeout(() => {
          throw error;
        });
      }
    }
  };

  const open = (): void => {
    handshake ??= { v: PROTOCOL_VERSION, member: createMember(), token: target.token };
    timer = undefined;
    connection = connect(target, handshake, {
      total(total, details) {
        timer ??= setTimeout(() => {
          failures = 0;
        }, PROVEN_MS);
        const { stale, server } = parseTotalDetails(details);
        if (server) handshake.server = server;
        if (isTotal(total)) change(stale ? 'stale' : 'live', undefined, total);
      },
      ended(reason) {
        clearTimeout(timer);
        if (!reason) timer = setTimeout(open, retryDelayMs(failures++));
        change(reason ? 'closed' : 'offline', reason);
      },
    });
  };

  const leave = (): void => {
    clearTimeout(timer);
    connection?.close();
  };

  const comeBack = (event: Event): void => {
    if (!(event as PageTransitionEvent).persisted) return;
    leave();
    open();
    change('connecting');
  };

  const untilClosed = { signal: life.signal };
  const start = (): void => {
    open();
    // The server shall not count a page that only waits in the back/forward cache.
    page.addEventListener('pagehide', leave, untilClosed);
    page.addEventListener('pageshow', comeBack, untilClosed);
  };

  // A page rendered ahead of its visit is not counted either, and a server render opens nothing.
  const { document } = page;
  if (document?.prerendering) document.addEventListener('prerenderingchange', start, untilClosed);
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
      life.abort();
      leave();
      change('closed');
      listeners.clear();
    },
  };
}
