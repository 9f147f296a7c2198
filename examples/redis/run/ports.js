import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { setTimeout as rest } from 'node:timers/promises';
import { StartError } from './start-error.js';

const POLL_MS = 20;

/** Ports that were given out and are not listened on yet. */
const given = new Set();

/**
 * A port of the loopback that nobody listens on: the one that is wanted, or one of the next. They are sought below those
 * that the system gives to connections, since a server that is started again has to find its port free.
 *
 * @param {number} wanted
 */
export async function freePort(wanted) {
  for (let port = wanted; port < wanted + 1_000; port++) {
    if (given.has(port) || !(await isFree(port))) continue;
    given.add(port);
    return port;
  }
  throw new StartError(`No port from ${wanted} to ${wanted + 999} is free.`);
}

/**
 * The port that the environment asks for, or a free one from `wanted` on where it asks for none.
 *
 * @throws {StartError} where that is no port, or is taken.
 */
export async function portFrom(variable, wanted) {
  const text = process.env[variable] ?? '';
  if (text === '') return freePort(wanted);
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1 || port > 65_535) {
    throw new StartError(`${variable} must be a port from 1 to 65535, and is ${JSON.stringify(text)}.`);
  }
  if (!(await isFree(port))) {
    throw new StartError(`Port ${port} is in use. Without ${variable}, a free one is chosen.`);
  }
  return port;
}

async function isFree(port) {
  const server = createServer().listen({ port, host: '127.0.0.1' });
  try {
    await once(server, 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}

/**
 * Waits until somebody listens on a port of the loopback.
 *
 * @throws {StartError} after `patienceMs`.
 */
export async function listening(port, name, patienceMs = 45_000) {
  const until = Date.now() + patienceMs;
  while (Date.now() < until) {
    const socket = connect(port, '127.0.0.1');
    const answered = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (answered) return;
    await rest(POLL_MS);
  }
  throw new StartError(`${name} did not start: nothing listens on port ${port}.`);
}
