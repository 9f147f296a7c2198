import { isTotal, parseTotalDetails, PROTOCOL_VERSION } from '@live-online/protocol';
import type { Connect, Connection, ConnectionTarget, Handshake } from './connection.ts';
import { createCounterHandle, type Counter } from './counter-handle.ts';
import { createMemberId } from './member-id.ts';
import type { Page } from './page.ts';
import { retryDelayMs } from './retry-delay.ts';

/** A connection that ends sooner counts as a failure, so that the backoff grows against a server that drops clients. */
const STABLE_AFTER_MS = 5_000;

/** Keeps one connection open while the page is visited, and closes it in the back/forward cache. */
export function createClient(
  target: ConnectionTarget & { readonly token: string | undefined },
  connect: Connect,
  page: Page = globalThis,
): Counter {
  /** Also the options of the listeners below, which take its `signal`. */
  const closing = new AbortController();
  const [counter, setState] = createCounterHandle(() => {
    closing.abort();
    disconnect();
  });
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
        if (isTotal(total)) setState(stale ? 'stale' : 'live', undefined, total);
      },
      ended(reason) {
        clearTimeout(timer);
        if (!reason) timer = setTimeout(open, retryDelayMs(failures++));
        setState(reason ? 'closed' : 'offline', reason);
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
    setState('connecting');
  };

  const start = (): void => {
    open();
    // A page in the back/forward cache must not be counted.
    page.addEventListener('pagehide', disconnect, closing);
    page.addEventListener('pageshow', reconnect, closing);
  };

  // A prerendered page connects when it is visited; a server render, which has no document, never does.
  const { document } = page;
  if (document?.prerendering) document.addEventListener('prerenderingchange', start, closing);
  else if (document) start();

  return counter;
}
