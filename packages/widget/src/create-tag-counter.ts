import type { Subscribe } from './client/client.ts';
import { shareClient } from './client/shared-client.ts';
import { connectWebSocket } from './client/web-socket-connection.ts';

/** What the script tag says about its server. */
export interface TagCounterOptions {
  /** The server's base address. */
  readonly server: string;
  readonly token: string | undefined;
}

/**
 * The counter of the script tag: the browser's own WebSocket instead of Socket.IO's client. The result is the page's
 * client: `stop = createTagCounter(options)((state) => …)` connects, and `stop()` leaves the count. The listener must not throw.
 *
 * @throws TypeError if the address is not one of http or https.
 */
export function createTagCounter({ server, token }: TagCounterOptions): Subscribe {
  const { origin, pathname, protocol } = new URL(server);
  if (!/^http/.test(protocol)) throw new TypeError('server must be an http(s) URL');
  return shareClient(
    { origin, path: pathname.replace(/\/*$/, '/socket.io'), namespace: '/', token },
    connectWebSocket,
  );
}
