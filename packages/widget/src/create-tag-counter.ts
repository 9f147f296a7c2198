import type { Client } from './client/client.ts';
import type { MoreOptions } from './client/connection.ts';
import { readFirstTotal } from './client/first-total.ts';
import { shareClient } from './client/shared-client.ts';
import { createTagConnect } from './client/tag-connection.ts';

/**
 * The counter of the script tag: the browser's own WebSocket and EventSource instead of Socket.IO's client. The result is the
 * page's client: `stop = createTagCounter(…)((state) => …)` connects, and `stop()` leaves the count. The listener must
 * not throw.
 *
 * @param server The server's base address, or the script's own: a last segment with a dot is a file name. Its fragment is
 *   the namespace of a counter on a host's Socket.IO server.
 * @param src The script's own address.
 * @param more Options that need the second file.
 * @throws TypeError if the address is not one of http or https. It has no text: the widget has one warning for all.
 */
export function createTagCounter(
  server: string,
  token: string | undefined,
  src: string,
  more?: MoreOptions | false,
): Client {
  const { origin, pathname, hash } = new URL(server);
  const target = {
    origin: origin.match(/^http.*/)![0],
    path: pathname.replace(/\/*([^/]*\.[^/]*)?$/, '/socket.io'),
    namespace: hash.slice(1) || '/',
    token,
  };
  const connect = createTagConnect(more);
  const client = shareClient(target, connect, () => readFirstTotal(src));
  // An element, or a counter of the page, may have connected before.
  if (more) client.optOut?.(connect);
  return client;
}
