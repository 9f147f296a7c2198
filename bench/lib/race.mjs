import { startChild } from './child.mjs';

/**
 * Starts a server and a client process for one measurement, and ends both.
 *
 * @template T
 * @param {object} contest
 * @param {URL} contest.server
 * @param {URL} contest.clients
 * @param {import('../counter/client.mjs').ClientKind} [contest.kind] Of the clients.
 * @param {object} [contest.options] More options of Live Online's server; other servers ignore them.
 * @param {number} contest.timeoutMs After that the measurement fails.
 * @param {AbortSignal} contest.signal
 * @param {(on: { server: import('./child.mjs').Child, clients: import('./child.mjs').Child, url: string,
 *   signal: AbortSignal }) => Promise<T>} run
 * @returns {Promise<T>}
 */
export async function race(contest, run) {
  const { server: serverModule, clients: clientsModule, kind, options, timeoutMs, signal } = contest;
  const either = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  const children = [];
  try {
    const server = await startChild(serverModule, either);
    // The server ends first. Otherwise it would broadcast thousands of departures to thousands of clients.
    children.push(server);
    const clients = await startChild(clientsModule, either);
    children.push(clients);
    const url = await server.call('listen', options);
    if (kind !== undefined) await clients.call('use', kind);
    return await run({ server, clients, url, signal: either });
  } catch (error) {
    signal.throwIfAborted();
    if (!either.aborted) throw error;
    const name = serverModule.pathname.split('/').at(-1);
    throw new Error(`${name} did not finish within ${timeoutMs} ms`, { cause: error });
  } finally {
    for (const child of children) await child.end();
  }
}
