/**
 * Calls to processes that the benchmark has not started by itself: the workers. Each one connects to its primary by TCP,
 * because its IPC channel belongs to Live Online, and answers one JSON object per line.
 */
import { connect, createServer } from 'node:net';
import { createInterface } from 'node:readline';

/** The environment variable with the port at which the primary waits for its workers. */
const PORT = 'LIVE_ONLINE_BENCH_PROBES';

/** The primary's side: waits for probes, and calls all of them. */
export async function listenForProbes() {
  /** @type {Map<import('node:net').Socket, Map<number, (value: unknown) => void>>} Open calls, by the probe. */
  const probes = new Map();
  let lastId = 0;
  const server = createServer((socket) => {
    const calls = new Map();
    probes.set(socket, calls);
    socket.on('error', () => {});
    socket.on('close', () => {
      probes.delete(socket);
      for (const resolve of calls.values()) resolve(undefined);
    });
    createInterface({ input: socket }).on('line', (line) => {
      const { id, value } = JSON.parse(line);
      calls.get(id)?.(value);
      calls.delete(id);
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  process.env[PORT] = String(server.address().port);

  const call = (socket, calls, method, args) =>
    new Promise((resolve) => {
      const id = ++lastId;
      calls.set(id, resolve);
      socket.write(`${JSON.stringify({ id, method, args })}\n`);
    });
  return {
    count: () => probes.size,
    /** @returns {Promise<any[]>} The answers of all probes, without those that end meanwhile. */
    async callAll(method, ...args) {
      const answers = await Promise.all(
        [...probes].map(([socket, calls]) => call(socket, calls, method, args)),
      );
      return answers.filter((value) => value !== undefined);
    },
  };
}

/**
 * A worker's side.
 *
 * @param {Record<string, (...args: any[]) => unknown>} methods
 */
export function serveProbe(methods) {
  const socket = connect(Number(process.env[PORT]), '127.0.0.1');
  socket.on('error', () => {});
  socket.unref();
  createInterface({ input: socket }).on('line', async (line) => {
    const { id, method, args } = JSON.parse(line);
    socket.write(`${JSON.stringify({ id, value: (await methods[method](...args)) ?? null })}\n`);
  });
}
