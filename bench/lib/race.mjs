import { startChild } from './child.mjs';

/**
 * A server that is measured, and its clients.
 *
 * @typedef {object} Contest
 * @property {URL} server
 * @property {URL} clients
 * @property {import('../counter/client.mjs').ClientKind} [kind] Of the clients.
 * @property {object} [options] More options of Live Online's server; other servers ignore them.
 * @property {AbortSignal} signal
 *
 * @typedef {{ server: import('./child.mjs').Child, clients: import('./child.mjs').Child, url: string, signal: AbortSignal,
 *   end: () => Promise<void> }} Pair
 */

/**
 * Starts a server and a client process.
 *
 * @param {Contest} contest
 * @returns {Promise<Pair>}
 */
async function startPair({ server: serverModule, clients: clientsModule, kind, options, signal }) {
  const children = [];
  // The server ends first. Otherwise it would broadcast thousands of departures to thousands of clients.
  const end = async () => {
    for (const child of children) await child.end();
  };
  try {
    const server = await startChild(serverModule, signal);
    children.push(server);
    const clients = await startChild(clientsModule, signal);
    children.push(clients);
    const url = await server.call('listen', options);
    if (kind !== undefined) await clients.call('use', kind);
    return { server, clients, url, signal, end };
  } catch (error) {
    await end();
    throw error;
  }
}

/**
 * Starts a server and a client process for one measurement, and ends both.
 *
 * @template T
 * @param {Contest & { timeoutMs: number }} contest `timeoutMs`: after that the measurement fails.
 * @param {(on: Pair) => Promise<T>} run
 * @returns {Promise<T>}
 */
export function race(contest, run) {
  return withTimeout(contest, contest.server.pathname.split('/').at(-1), async (signal) => {
    const pair = await startPair({ ...contest, signal });
    try {
      return await run(pair);
    } finally {
      await pair.end();
    }
  });
}

/**
 * Starts several pairs of a server and a client process, so that they can be measured in turn, and ends all. A pair that
 * waits for its turn takes hardly any CPU time.
 *
 * @template T
 * @param {Record<string, Omit<Contest, 'signal'>>} contests By the names of the sides.
 * @param {{ timeoutMs: number, signal: AbortSignal }} limits `timeoutMs`: after that everything fails.
 * @param {(pairs: Record<string, Pair>) => Promise<T>} run
 * @returns {Promise<T>}
 */
export function raceAll(contests, limits, run) {
  return withTimeout(limits, Object.keys(contests).join(', '), async (signal) => {
    /** @type {Record<string, Pair>} */
    const pairs = {};
    try {
      for (const [name, contest] of Object.entries(contests)) {
        pairs[name] = await startPair({ ...contest, signal });
      }
      return await run(pairs);
    } finally {
      for (const pair of Object.values(pairs)) await pair.end();
    }
  });
}

async function withTimeout({ timeoutMs, signal }, name, run) {
  const either = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  try {
    return await run(either);
  } catch (error) {
    signal.throwIfAborted();
    if (!either.aborted) throw error;
    throw new Error(`${name} did not finish within ${timeoutMs} ms`, { cause: error });
  }
}
