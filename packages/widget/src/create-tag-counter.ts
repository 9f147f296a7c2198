import type { Subscribe } from './client/client.ts';
import { createFallback } from './client/fallback.ts';
import { readFirstTotal } from './client/first-total.ts';
import { shareClient } from './client/shared-client.ts';

/** What the script tag says about its server. */
export interface TagCounterOptions {
  /**
   * The server's base address, or the script's own: a last segment with a dot is a file name. Its fragment is the
   * namespace of a counter on a host's Socket.IO server.
   */
  readonly server: string;
  readonly token: string | undefined;
  /** The script's own address. */
  readonly src: string;
}

/**
 * The counter of the script tag: the browser's own WebSocket and EventSource instead of Socket.IO's client. The result is the
 * page's client: `stop = createTagCounter(options)((state) => …)` connects, and `stop()` leaves the count. The listener must
 * not throw.
 *
 * @throws TypeError if the address is not one of http or https. It has no text: the widget has one warning for all.
 */
export function createTagCounter({ server, token, src }: TagCounterOptions): Subscribe {
  const { origin, pathname, hash } = new URL(server);
  if (!/^http/.test(origin)) throw new TypeError();
  const path = pathname.replace(/\/*([^/]*\.[^/]*)?$/, '/socket.io');
  const namespace = hash.slice(1) || '/';
  return shareClient({ origin, path, namespace, token }, createFallback(), () => readFirstTotal(src));
}
