import { randomUUID } from 'node:crypto';
import { io } from 'socket.io-client';

/**
 * Pages without a browser: each connects through the balancer, is counted, and comes back by itself when its server goes.
 *
 * @param {{ url: string, origin: string }} where The counter, and the site that they are on.
 */
export function createVisitors({ url, origin }) {
  /** @type {Set<import('socket.io-client').Socket>} */
  const pages = new Set();

  function open() {
    const member = randomUUID();
    /** The newest resume token, for the next connection. */
    let resume;
    const page = io(url, {
      transports: ['websocket'],
      forceNew: true,
      extraHeaders: { Origin: origin },
      auth: (say) => say({ v: 1, member, resume }),
      reconnectionDelay: 300,
      reconnectionDelayMax: 2_000,
    });
    page.on('total', (_total, details) => (resume = details?.resume ?? resume));
    pages.add(page);
  }

  return {
    get count() {
      return pages.size;
    },
    /** How many of them are let in somewhere right now. */
    get connected() {
      let connected = 0;
      for (const page of pages) if (page.connected) connected++;
      return connected;
    },
    add(count) {
      for (let added = 0; added < count; added++) open();
    },
    remove(count) {
      for (const page of [...pages].slice(0, count)) {
        page.disconnect();
        pages.delete(page);
      }
    },
  };
}
