import { once } from 'node:events';
import { connect, createServer } from 'node:net';

/**
 * A link to a port on this machine that takes `roundTripMs` for a round trip, as a distant server does: each byte is late
 * by half of it, and the first byte of a connection by a whole one more, for the handshake of TCP.
 *
 * @param {number} port
 * @param {number} roundTripMs
 * @returns {Promise<{ port: number, close: () => void }>}
 */
export async function openSlowLink(port, roundTripMs) {
  const sockets = new Set();
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    const openedAt = performance.now();
    forward(near, far, () => Math.max(0, openedAt + roundTripMs - performance.now()) + roundTripMs / 2);
    forward(far, near, () => roundTripMs / 2);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: server.address().port,
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

/** Timers of equal delay keep their order, so that the bytes do. */
function forward(from, to, delayMs) {
  let dueAt = 0;
  from.on('data', (chunk) => {
    dueAt = Math.max(dueAt, performance.now() + delayMs());
    setTimeout(() => to.write(chunk), dueAt - performance.now());
  });
  from.on('end', () => setTimeout(() => to.end(), Math.max(0, dueAt - performance.now()) + 1));
}
