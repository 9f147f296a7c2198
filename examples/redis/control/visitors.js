import { randomUUID } from 'node:crypto';
import { io } from 'socket.io-client';

const MAX_VISITORS = 1_000;

/**
 * Simulated visitors: connections without a browser, which reconnect by themselves.
 *
 * @param {string} url The counter.
 * @param {string} origin The site that they visit.
 */
export function createVisitors(url, origin) {
  /** @type {import('socket.io-client').Socket[]} */
  const sockets = [];

  function connect() {
    const member = randomUUID();
    // The resume token. Sent at each reconnect, so that the new server does not count this visitor beside the old one.
    let resume;
    const socket = io(url, {
      transports: ['websocket'],
      forceNew: true,
      extraHeaders: { Origin: origin },
      auth: (send) => send({ v: 1, member, resume }),
      reconnectionDelay: 300,
      reconnectionDelayMax: 2_000,
    });
    return socket.on('total', (_total, details) => (resume = details?.resume ?? resume));
  }

  return {
    count: () => sockets.length,
    connected: () => sockets.filter((socket) => socket.connected).length,
    add(count) {
      while (count-- > 0 && sockets.length < MAX_VISITORS) sockets.push(connect());
    },
    remove(count) {
      for (const socket of sockets.splice(0, count)) socket.disconnect();
    },
  };
}
