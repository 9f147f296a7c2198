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
export async function createRedis(program, { folder, port, password, changed }) {
  const acl = join(folder, 'users.acl');
  const users = await readFile(here('redis/users.acl'), 'utf8');
  await writeFile(acl, users.replaceAll(PASSWORD_AS_WRITTEN, password), { mode: 0o600 });
  const settings = { port, bind: '127.0.0.1', dir: folder, save: '', appendonly: 'no', aclfile: acl };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
  return createUnit('redis', () => spawn(program, args, { stdio: QUIET }), changed);
}

/** A counter server; `told` is called with what it says. */
export function createServerUnit(name, { port, redisUrl, site, told, changed }) {
  const start = () => {
    const env = { ...process.env, REDIS_URL: redisUrl };
    const stdio = ['ignore', 'ignore', 'inherit', 'ipc'];
    const child = fork(here('server.js'), [name, String(port), site], { env, stdio });
    child.on('message', told);
    return child;
  };
  return createUnit(name, start, changed);
}

/** nginx or HAProxy in front of the servers. */
export async function createBalancer(kind, program, { folder, port, serverPorts, changed }) {
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
  if (kind === 'haproxy') {
    return createUnit('haproxy', () => spawn(program, ['-f', config], { stdio: QUIET }), changed);
  }
  await copyFile(here('balancers/counter-locations.conf'), join(folder, 'counter-locations.conf'));
  // Started by root, nginx works as a user who has to get into this folder.
  await chmod(folder, 0o711);
  const args = ['-p', folder, '-c', config, '-e', join(folder, 'error.log'), '-g', 'daemon off;'];
  return createUnit('nginx', () => spawn(program, args, { stdio: QUIET }), changed);
}
