/** Carries out the faults of a schedule. */
import { rename, writeFile } from 'node:fs/promises';
import { hardLimitOf, isAlive, openFilesOf, setLimit, signalAll } from './processes.mjs';

/** The history is saved once a minute: the disk stays full for one of these times. */
const FULL_DISK_MS = 65_000;
/** By so many files the limit is below those that are open. */
const FEWER_FILES = 10;
const CLOCK_OFFSETS = ['+1h', '-1h', '+400d', '+0'];

/**
 * @typedef {object} World
 * @property {Record<string, import('./server-process.mjs').ServerProcess>} servers
 * @property {Record<string, Awaited<ReturnType<typeof import('./cut-proxy.mjs').startCutProxy>>>} links By the name of the server.
 * @property {import('./redis-process.mjs').RedisProcess} redis
 * @property {string | undefined} clockFile The file of libfaketime, if that is installed.
 * @property {string[]} problems What must not happen, such as a worker without a primary.
 */

/**
 * Begins a fault. Returns what ends it.
 *
 * @param {import('./schedule.mjs').Fault} fault
 * @param {World} world
 * @returns {Promise<() => Promise<void> | void>}
 */
export async function inflict({ kind, target, ms }, world) {
  return ACTS[kind]({ server: world.servers[target], link: world.links[target], world, ms });
}

const ACTS = {
  async kill({ server, world }) {
    const left = await server.kill();
    if (left.length > 0) world.problems.push(`workers of ${server.name} ran on without their primary`);
    return () => server.start();
  },
  async restart({ server, world }) {
    const left = await server.end();
    if (left.length > 0) world.problems.push(`${server.name} did not end by SIGTERM`);
    return () => server.start();
  },
  'kill worker': ({ server }) => {
    signalAll(server.workers.slice(0, 1), 'SIGKILL');
    return () => server.untilWorkers();
  },
  freeze({ server }) {
    const { pids } = server;
    signalAll(pids, 'SIGSTOP');
    return () => signalAll(pids, 'SIGCONT');
  },
  'freeze Redis': ({ world: { redis } }) => {
    signalAll([redis.pid], 'SIGSTOP');
    return () => signalAll([redis.pid], 'SIGCONT');
  },
  'restart Redis': async ({ world: { redis } }) => {
    await redis.kill();
    return () => redis.start();
  },
  cut({ link }) {
    link.cut();
    return () => link.heal();
  },
  reset({ link }) {
    link.reset();
    return () => link.heal();
  },
  'jump the clock': async ({ world, ms }) => {
    const { clockFile } = world;
    await writeFile(`${clockFile}.new`, CLOCK_OFFSETS[ms % CLOCK_OFFSETS.length]);
    await rename(`${clockFile}.new`, clockFile);
    return () => {};
  },
  'exhaust descriptors': async ({ server: { pid } }) => {
    await setLimit(pid, 'nofile', `${Math.max(1, openFilesOf(pid) - FEWER_FILES)}:`);
    return async () => {
      if (isAlive(pid)) await setLimit(pid, 'nofile', `${hardLimitOf(pid)}:`);
    };
  },
  /** Counting does not need the disk, so that the other faults go on meanwhile. */
  'fill the disk': async ({ server: { pid } }) => {
    await setLimit(pid, 'fsize', '0:');
    setTimeout(() => void setLimit(pid, 'fsize', 'unlimited:').catch(() => {}), FULL_DISK_MS).unref();
    return () => {};
  },
  /** The server logs the loss of its link into the closed pipe. */
  'close stdout': ({ server, link }) => {
    server.closeOutput();
    link.reset();
    return () => link.heal();
  },
};
