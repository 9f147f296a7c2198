import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { StartError } from './run.js';

const SEARCH_LENGTH = 1_000;
const POLL_MS = 20;

/** Ports that `freePort` has returned: their servers may not listen yet. */
const reserved = new Set();

/**
 * The first free port of the loopback from `wanted` on. The system picks the ports of outgoing connections from a range far
 * above, so that a server that restarts finds its port free.
 *
 * @param {number} wanted
 */
export async function freePort(wanted) {
  for (let port = wanted; port < wanted + SEARCH_LENGTH && port <= 65_535; port++) {
    if (reserved.has(port) || (await listenFailure(port)) !== undefined) continue;
    reserved.add(port);
    return port;
  }
  throw new StartError(`No port from ${wanted} to ${wanted + SEARCH_LENGTH - 1} is free.`);
}

/**
 * The port in an environment variable. Unset or 0: the first free one from `wanted` on.
 *
 * @param {string} variable
 * @param {number} wanted
 * @throws {StartError} if the value is not a port, or nothing can listen on that port
 */
export async function portFrom(variable, wanted) {
  const text = process.env[variable] || '0';
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) {
    throw new StartError(`${variable} must be a port from 0 to 65535, but is ${JSON.stringify(text)}.`);
  }
  if (port === 0) return freePort(wanted);
  const failure = await listenFailure(port);
  reserved.add(port);
  if (failure === undefined) return port;
  const problem = failure === 'EADDRINUSE' ? 'is in use' : `cannot be used (${failure})`;
  const free = await freePort(port < 1_024 ? wanted : port);
  throw new StartError(`Port ${port} ${problem}. Choose another one: ${variable}=${free} ${startCommand()}`);
}

/** The command that has started this process. */
function startCommand() {
  const { npm_lifecycle_event: script } = process.env;
  if (script === undefined) return 'node main.js';
  return script === 'start' ? 'npm start' : `npm run ${script}`;
}

/** @returns {Promise<string | undefined>} The code of the error, such as EADDRINUSE; undefined if the port is free. */
async function listenFailure(port) {
  for (const host of ['127.0.0.1', '::1']) {
    const server = createServer().listen({ port, host });
    try {
      await once(server, 'listening');
    } catch ({ code }) {
      // A machine without IPv6 has no ::1.
      if (host === '127.0.0.1' || code === 'EADDRINUSE') return code;
      continue;
    }
    server.close();
    await once(server, 'close');
  }
  return undefined;
}

/**
 * Waits until a process listens on a port of the loopback.
 *
 * @param {import('./managed-process.js').ManagedProcess} managed
 * @param {number} port
 * @throws {StartError} if the process ends before, or does not listen within 30 s
 */
export async function listening(managed, port) {
  for (const deadline = Date.now() + 30_000; Date.now() < deadline; await delay(POLL_MS)) {
    if (managed.state === 'dead') throw new StartError(`${managed.name} has ended during its start.`);
    const socket = connect(port, '127.0.0.1');
    const isConnected = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (isConnected) return;
  }
  throw new StartError(`${managed.name} does not listen on port ${port} after 30 s.`);
}
