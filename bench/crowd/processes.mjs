import { setTimeout as rest } from 'node:timers/promises';
import { startChild } from '../lib/child.mjs';
import { merge } from './judge.mjs';

const SERVER = new URL('./workers-server.mjs', import.meta.url);
const CLIENTS = new URL('./crowd-clients.mjs', import.meta.url);

const SAMPLE_MS = 100;
/** Node's default backlog is 511 connections, and all processes share it. */
const CONNECTING_AT_ONCE = 480;
/** After this and a time for each client, a phase fails. */
const PHASE_TIMEOUT_MS = 120_000;
const CLIENT_TIMEOUT_MS = 20;

/**
 * Starts the workers and the processes of clients, and lets the benchmark use all of them as one.
 *
 * @param {object} plan
 * @param {number} plan.openFiles How many files each process may open.
 * @param {number} plan.workers
 * @param {number} plan.clientProcesses
 * @param {object} plan.options Of the workers.
 * @param {AbortSignal} plan.signal
 */
export async function startProcesses({ openFiles, workers, clientProcesses, options, signal }) {
  const limits = Number.isFinite(openFiles) ? { openFiles } : {};
  /** @type {import('../lib/child.mjs').Child[]} */
  const children = [];
  // The servers end first. Otherwise they would broadcast departures to all that are left.
  const end = async () => {
    for (const child of children) await child.end();
  };
  try {
    const server = await startChild(SERVER, signal, limits);
    children.push(server);
    const url = await server.call('listen', workers, options);
    const clients = [];
    for (let index = 0; index < clientProcesses; index++) {
      const child = await startChild(CLIENTS, signal, limits);
      children.push(child);
      clients.push(child);
      // Every address of the loopback has 28,000 ports or so. Only Linux has them all without set-up.
      const localAddress = process.platform === 'linux' ? `127.0.0.${index + 2}` : undefined;
      const maxConnecting = Math.max(1, Math.floor(CONNECTING_AT_ONCE / clientProcesses));
      await child.call('open', url, { kind: 'own', localAddress, maxConnecting });
    }
    return { ...control({ server, clients, workers, signal }), end };
  } catch (error) {
    await end();
    throw error;
  }
}

function control({ server, clients, workers, signal }) {
  const ofClients = (method, ...args) => Promise.all(clients.map((child) => child.call(method, ...args)));
  const sum = (values) => values.reduce((total, value) => total + value, 0);
  const sample = async (total) => merge(await ofClients('sample', total));
  /** Divides `n` among the processes. */
  const eachOf = (method, n, rate) =>
    Promise.all(
      clients.map((child, index) =>
        child.call(method, Math.floor((n + index) / clients.length), rate / clients.length),
      ),
    );

  return {
    signal,
    sampleMs: SAMPLE_MS,
    sample,
    arrive: (n, rate) => eachOf('arrive', n, rate),
    leave: (n, rate) => eachOf('leave', n, rate),
    /** Kills a worker. Resolves when another one runs in its place. */
    async replaceWorker() {
      await server.call('kill');
      while ((await server.call('running')) === workers) await rest(SAMPLE_MS, undefined, { signal });
      while ((await server.call('running')) < workers) await rest(SAMPLE_MS, undefined, { signal });
    },
    /**
     * Waits for `done`, then until every client shows `total`. Meanwhile it takes samples.
     *
     * @returns {Promise<{ settledMs: number }>} How long after `done` all showed the total.
     */
    async until(total, done, look) {
      const timeout = AbortSignal.timeout(PHASE_TIMEOUT_MS + total * CLIENT_TIMEOUT_MS);
      let doneAt;
      const finished = done.then(() => (doneAt = performance.now()));
      for (;;) {
        const taken = await sample(total);
        look(taken);
        if (doneAt !== undefined && taken.withTotal === taken.clients) break;
        if (timeout.aborted) throw new Error(`not every client shows ${total}: ${JSON.stringify(taken)}`);
        await Promise.race([rest(SAMPLE_MS, undefined, { signal }), finished.then(() => rest(SAMPLE_MS))]);
      }
      await finished;
      return { settledMs: Math.round(performance.now() - doneAt) };
    },
    async watchLoop() {
      await server.call('watchLoop');
    },
    /** Of the servers. */
    loopDelayMs: (share) => server.call('loopDelayMs', share),
    async cpuMs() {
      const [servers, each] = await Promise.all([server.call('cpuMs'), ofClients('cpuMs')]);
      return { servers, clients: sum(each) };
    },
    /** Resident set size after garbage collection, in bytes. */
    async memory() {
      const [servers, each] = await Promise.all([server.call('memory'), ofClients('memory')]);
      return { servers, clients: sum(each.map(({ rss }) => rss)) };
    },
    async counters() {
      const all = await ofClients('counters');
      const names = ['lost', 'messages', 'pings', 'beats', 'joinedAtOnce'];
      const failures = {};
      for (const [reason, count] of all.flatMap((each) => Object.entries(each.failures))) {
        failures[reason] = (failures[reason] ?? 0) + count;
      }
      return {
        ...Object.fromEntries(names.map((name) => [name, sum(all.map((each) => each[name]))])),
        failures,
      };
    },
  };
}
