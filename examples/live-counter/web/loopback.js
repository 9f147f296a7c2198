import { once } from 'node:events';

const NO_SUCH_ADDRESS = new Set(['EADDRNOTAVAIL', 'EAFNOSUPPORT', 'EINVAL']);

/**
 * Listens on both loopback addresses with one port. Browsers take `localhost` and `*.localhost` for either of
 * them, and nobody outside this machine can come in.
 *
 * @param {number} port 0 picks a free one.
 * @param {() => import('node:http').Server} create
 * @returns {Promise<import('node:http').Server[]>} The first one listens on 127.0.0.1; rejects as listening does.
 */
export async function listenOnLoopback(port, create) {
  const first = await listen(create(), port, '127.0.0.1');
  try {
    return [first, await listen(create(), first.address().port, '::1')];
  } catch (error) {
    // A machine without IPv6 has one loopback address.
    if (NO_SUCH_ADDRESS.has(error.code)) return [first];
    first.close();
    throw error;
  }
}

async function listen(server, port, host) {
  server.listen({ port, host });
  await once(server, 'listening');
  return server;
}
