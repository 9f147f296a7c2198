import { fork, spawn } from 'node:child_process';
import { chmod, copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createUnit } from './unit.js';

const here = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const QUIET = ['ignore', 'ignore', 'inherit'];

/** What the files beside this folder say, and what is written instead into the copies that are used. */
const PORTS_AS_WRITTEN = { counter: 8081, servers: [8091, 8092, 8093] };
const PASSWORD_AS_WRITTEN = 'change-me';

/** A Redis that keeps nothing on disk and lets in nobody but the servers, who may do only what they need. */
export async function createRedis(program, { folder, port, password, ...how }) {
  const acl = join(folder, 'users.acl');
  const users = await readFile(here('redis/users.acl'), 'utf8');
  await writeFile(acl, users.replaceAll(PASSWORD_AS_WRITTEN, password), { mode: 0o600 });
  const settings = { port, bind: '127.0.0.1', dir: folder, save: '', appendonly: 'no', aclfile: acl };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
  return createUnit({ name: 'redis', spawnChild: () => spawn(program, args, { stdio: QUIET }), ...how });
}

/** A counter server; `told` is called with what it says. */
export function createServerUnit(name, { port, redisUrl, site, told, ...how }) {
  const spawnChild = () => {
    const env = { ...process.env, REDIS_URL: redisUrl };
    const stdio = ['ignore', 'ignore', 'inherit', 'ipc'];
    const child = fork(here('server.js'), [name, String(port), site], { env, stdio });
    child.on('message', told);
    return child;
  };
  return createUnit({ name, spawnChild, ...how });
}

/** nginx or HAProxy in front of the servers. */
export async function createBalancer(kind, program, { folder, port, serverPorts, ...how }) {
  const file = { nginx: 'nginx.conf', haproxy: 'haproxy.cfg' }[kind];
  const ports = new Map([[PORTS_AS_WRITTEN.counter, port]]);
  PORTS_AS_WRITTEN.servers.forEach((written, index) => ports.set(written, serverPorts[index]));
  const text = await readFile(here(`balancers/${file}`), 'utf8');
  const config = join(folder, file);
  // In one go: a port that was written in may be one that stands elsewhere in the file.
  await writeFile(
    config,
    text.replace(/(?<=127\.0\.0\.1:)\d+/g, (written) => ports.get(Number(written)) ?? written),
  );
  // nginx has workers, which it takes along only if it is asked.
  const unitOf = (args) =>
    createUnit({
      name: kind,
      spawnChild: () => spawn(program, args, { stdio: QUIET }),
      endSignal: 'SIGTERM',
      ...how,
    });
  if (kind === 'haproxy') return unitOf(['-f', config]);
  await copyFile(here('balancers/counter-locations.conf'), join(folder, 'counter-locations.conf'));
  // Started by root, nginx works as a user who has to get into this folder.
  await chmod(folder, 0o711);
  return unitOf(['-p', folder, '-c', config, '-e', join(folder, 'error.log'), '-g', 'daemon off;']);
}
