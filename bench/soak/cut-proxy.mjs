import { once } from 'node:events';
import { connect, createServer } from 'node:net';

/**
 * A TCP proxy in front of a port of this machine that fails as networks do.
 *
 * @param {number} port
 */
export async function startCutProxy(port) {
  const pairs = new Set();
  let isCut = false;
  let isClosed = false;

  const server = createServer((near) => {
    if (isClosed) return near.destroy();
    const far = connect({ port, host: '127.0.0.1' });
    const pair = { near, far };
    pairs.add(pair);
    for (const socket of [near, far]) {
      socket.on('error', () => {});
      socket.on('close', () => {
        pair.hasEnded = true;
        if (isCut) return;
        end(pair);
      });
    }
    if (!isCut) pass(pair);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  function pass({ near, far }) {
    near.pipe(far).pipe(near);
  }
  function end(pair) {
    pairs.delete(pair);
    pair.near.destroy();
    pair.far.destroy();
  }
  return {
    port: server.address().port,
    /** Passes nothing on and closes nothing, as a pulled cable does. */
    cut() {
      isCut = true;
      for (const { near, far } of pairs) {
        for (const socket of [near, far]) {
          socket.unpipe();
          socket.pause();
        }
      }
    },
    /** Ends all connections, and every new one. */
    reset() {
      isClosed = true;
      for (const pair of pairs) end(pair);
    },
    heal() {
      isCut = isClosed = false;
      for (const pair of pairs) {
        if (pair.hasEnded) end(pair);
        else pass(pair);
      }
    },
    close() {
      for (const pair of pairs) end(pair);
      server.close();
    },
  };
}
