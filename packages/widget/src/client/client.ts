import { isIdentifier, isTotal, PROTOCOL_VERSION } from '@live-online/protocol';
import type { Connect, ConnectionTarget, Handshake, MoreOptions } from './connection.ts';
import { createMemberId } from './member-id.ts';
import type { CounterState } from './state.ts';

/** The delay before the next attempt doubles from 1 s to 30 s. A random half of it is jitter. */
const MIN_RETRY_MS = 1_000;
const MAX_RETRY_MS = 30_000;
/** A connection that ends sooner counts as a failure, so that the backoff grows against a server that drops clients. */
const STABLE_AFTER_MS = 5_000;
/** How often a prerendered page looks whether it is shown. */
const LOOK_AGAIN_MS = 100;

/**
 * Calls `listener` at once with the current state, and again after each change. A listener must not throw.
 *
 * @returns A function that unsubscribes. May be called twice.
 */
type Subscribe = (listener: (state: CounterState) => void) => () => void;

/** The connection of a page to one server, which all its counters share. */
export interface Client extends Subscribe {
  /**
   * Removes the page from the count for good: the client is closed, with the reason `opted-out`. Absent in other versions
   * of this package.
   *
   * @param by How the page connects from now on, at once if it has listeners, instead of opting out.
   */
  optOut?: (by?: Connect) => void;
  /** What the counters of the page ask for, all together. Absent if that is the total of its tabs. */
  asked?: MoreOptions | undefined;
}

/**
 * Keeps one connection open while it has listeners and the page is visited; it is closed in the back/forward cache.
 *
 * @param readFirstTotal What to show until the first total arrives.
 */
export function createClient(
  target: ConnectionTarget,
  connect: Connect,
  readFirstTotal?: () => number | undefined,
): Client {
  const handshake: Handshake = { v: PROTOCOL_VERSION, member: createMemberId(), token: target.token };
  const listeners = new Set<(state: CounterState) => void>();
  let state: CounterState;
  /** Also the options of the page's listeners, which take its `signal`. */
  let stopping: AbortController;
  /** Closes the connection, if there is one. */
  let close: (() => void) | undefined;
  /** Until the next attempt, or until the connection counts as stable. */
  let timer: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;

  const setState = (change: object): void => {
    const { reason: _, ...last } = state as CounterState & { reason?: unknown };
    state = { ...last, ...change };
    for (const listener of listeners) listener(state);
  };

  const disconnect = (): void => {
    clearTimeout(timer);
    timer = close = close?.() as undefined;
  };

  const open = (): void => {
    disconnect();
    // A prerendered page connects when it is visited. It becomes visible while it still counts as prerendered, so it looks
    // again. Hidden pages do so once a second at most; to listen to `prerenderingchange` would be longer.
    if ((document as { prerendering?: boolean }).prerendering) timer = setTimeout(open, LOOK_AGAIN_MS);
    else
      close = connect(
        target,
        handshake,
        (total, details, page) => {
          timer ??= setTimeout(() => {
            failures = 0;
          }, STABLE_AFTER_MS);
          if (isIdentifier(details?.resume)) handshake.resume = details.resume;
          if (isTotal(total)) {
            const status = details?.stale === true ? 'stale' : 'live';
            setState({ status, total, ...(isTotal(page) && { page }) });
          }
        },
        (code) => {
          disconnect();
          if (isIdentifier(code)) setState({ status: 'closed', reason: code });
          else {
            timer = setTimeout(
              open,
              Math.min(MAX_RETRY_MS, MIN_RETRY_MS * 2 ** failures) * (1 - Math.random() / 2),
            );
            // Silence is two failures.
            failures += +code! || 1;
            setState({ status: 'offline' });
          }
        },
        failures,
      );
  };

  /** Ends the wait for the next attempt, and the stay in the back/forward cache. */
  const wake = ({ persisted }: Event & { persisted?: boolean }): void => {
    if (persisted || (timer && !close)) open();
    if (persisted) setState({ status: 'connecting' });
  };

  const client: Client = (listener) => {
    if (!listeners.size) {
      state = { status: 'connecting', total: readFirstTotal?.() };
      stopping = new AbortController();
      addEventListener('online', wake, stopping);
      addEventListener('pageshow', wake, stopping);
      addEventListener('visibilitychange', wake, stopping);
      // A page in the back/forward cache must not be counted.
      addEventListener('pagehide', disconnect, stopping);
      open();
    }
    listeners.add(listener);
    listener(state);
    return () => {
      listeners.delete(listener);
      if (listeners.size) return;
      disconnect();
      stopping.abort();
    };
  };
  client.optOut = (by = (_target, _handshake, _onTotal, onEnd) => onEnd('opted-out') as never) => {
    connect = by;
    if (listeners.size) open();
  };
  return client;
}
