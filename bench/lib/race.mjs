import { startChild } from './child.mjs';

/**
 * Runs one contest of a server and a client process, each started afresh, and ends both.
 *
 * @template T
 * @param {object} contest
 * @param {URL} contest.server
 * @param {URL} contest.clients
 * @param {number} contest.timeoutMs After that the contest is over, whatever state it is in.
 * @param {AbortSignal} contest.signal
 * @param {(on: { server: import('./child.mjs').Child, clients: import('./child.mjs').Child, url: string,
 *   signal: AbortSignal }) => Promise<T>} run
 * @returns {Promise<T>}
 */
export async function race({ server: serverModule, clients: clientsModule, timeoutMs, signal }, run) {
  const either = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  const children = [];
  try {
    const server = await startChild(serverModule, either);
    // The server ends first: it is not to spend its time on telling thousands that thousands have left.
    children.push(server);
    const clients = await startChild(clientsModule, either);
    children.push(clients);
    const url = await server.call('listen');
    return await run({ server, clients, url, signal: either });
  } catch (error) {
    signal.throwIfAborted();
    if (!either.aborted) throw error;
    const name = serverModule.pathname.split('/').at(-1);
    throw new Error(`${name} was not done within ${timeoutMs} ms`, { cause: error });
  } finally {
    for (const child of children) await child.end();
  }
}
