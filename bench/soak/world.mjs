import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findNeed } from '../../scripts/lib/system-needs.mjs';
import { startChild } from '../lib/child.mjs';
import { OWN_FILES, reachableOpenFiles } from '../lib/open-files.mjs';
import { startCutProxy } from './cut-proxy.mjs';
import { RedisProcess } from './redis-process.mjs';
import { SERVERS } from './schedule.mjs';
import { ServerProcess } from './server-process.mjs';

const CLIENTS = new URL('./clients.mjs', import.meta.url);
export const ADMIN_TOKEN = 'the-admin-of-the-soak';

/**
 * Starts Redis, a proxy in front of it for each server, the servers, and the process of the clients.
 *
 * @param {{ connections: number, seed: number, signal: AbortSignal }} plan
 */
export async function startWorld({ connections, seed, signal }) {
  const folder = await mkdtemp(join(tmpdir(), 'live-online-soak-'));
  const probes = join(folder, 'probes');
  const data = join(folder, 'data');
  await Promise.all([mkdir(probes), mkdir(data)]);
  const clock = await fakeClock(folder);
  const redis = new RedisProcess(signal);
  await redis.start();

  const own = {
    a: { flags: { data } },
    b: { flags: { workers: 2 }, workers: 2 },
    c: { flags: { transports: 'websocket,polling' }, env: clock?.env },
  };
  const links = {};
  const servers = {};
  for (const name of SERVERS) {
    links[name] = await startCutProxy(redis.port);
    const { flags, env, workers } = own[name];
    const common = { 'redis-url': `redis://127.0.0.1:${links[name].port}`, 'admin-token': ADMIN_TOKEN };
    const plan = { name, workers, flags: { ...common, ...flags }, env: { SOAK_PROBES: probes, ...env } };
    servers[name] = new ServerProcess(plan, signal);
  }
  const clients = await startChild(CLIENTS, signal, {
    openFiles: reachableOpenFiles(2 * connections + OWN_FILES),
  });
  const world = {
    folder,
    probes,
    data,
    redis,
    links,
    servers,
    clients,
    clockFile: clock?.file,
    problems: [],
  };
  await Promise.all(Object.values(servers).map((server) => server.start()));
  const addresses = SERVERS.map((name) => ({ name, url: servers[name].url, polling: name === 'c' }));
  await clients.call('open', addresses, seed);
  return world;
}

/** Servers and clients end first, so that none of them waits for Redis. */
export async function endWorld({ servers, clients, links, redis }) {
  await clients.end();
  await Promise.all(Object.values(servers).map((server) => server.kill()));
  for (const link of Object.values(links)) link.close();
  await redis.kill();
}

/** A wall clock that can jump, if libfaketime is installed. The monotonic clock of the process does not change. */
async function fakeClock(folder) {
  const library = findNeed('libfaketime');
  if (library === undefined) return undefined;
  const file = join(folder, 'clock');
  await writeFile(file, '+0');
  const env = {
    LD_PRELOAD: library,
    FAKETIME_TIMESTAMP_FILE: file,
    FAKETIME_NO_CACHE: '1',
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
  };
  return { file, env };
}
