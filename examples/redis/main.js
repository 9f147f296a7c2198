/** Redis, three counter servers, nginx as their load balancer, and a page with buttons that break each of them. */
import { fork, spawn } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ManagedProcess } from '../common/managed-process.js';
import { needPrograms } from '../common/need-programs.js';
import { freePort, listening, portFrom } from '../common/ports.js';
import { createRedis } from '../common/redis.js';
import { addressTable, run } from '../common/run.js';
import { openControl } from './control/control.js';
import { createMonitor } from './control/monitor.js';
import { createVisitors } from './control/visitors.js';

const SERVER = fileURLToPath(new URL('./server.js', import.meta.url));
const NGINX_CONF = new URL('./balancers/nginx.conf', import.meta.url);
const SITE = 'localhost';

await run(async (onEnd) => {
  const [redisProgram, nginxProgram] = await needPrograms('Redis', 'nginx');
  const port = await portFrom('PORT', 8081);
  const sitePort = await portFrom('SITE_PORT', 8080);
  const start = async (managed, itsPort) => {
    managed.start();
    onEnd(() => managed.end());
    await listening(managed, itsPort);
  };

  const servers = [];
  const redisPort = await freePort(6390);
  const onChange = ({ name, state }) => state === 'dead' && monitor.log('end', `${name} has ended`);
  const redis = await createRedis(redisProgram, redisPort, { onChange });
  const visitors = createVisitors(`http://127.0.0.1:${port}`, `http://${SITE}:${sitePort}`);
  const monitor = createMonitor(servers, redis.process, visitors);

  await start(redis.process, redisPort);
  for (const name of ['a', 'b', 'c']) {
    servers.push(createServer(name, await freePort(8091), redis.url, onChange));
  }
  await Promise.all(servers.map((server) => start(server.process, server.port)));
  await start(await createNginx(nginxProgram, port, servers, onEnd), port);
  onEnd(() => visitors.remove(Infinity));

  const processes = Object.fromEntries(servers.map(({ name, process }) => [name, process]));
  processes.redis = redis.process;
  const control = await openControl({ port: sitePort, counterPort: port, processes, monitor, visitors });
  onEnd(control.close);

  console.log(
    addressTable([
      ['page', `http://localhost:${sitePort}/`, 'kill, freeze and drain servers, stop Redis'],
      ['counter', `http://localhost:${port}/`, 'three servers behind nginx'],
    ]),
  );
  console.log('Ctrl-C ends everything.\n');
});

/** A counter server in a process of its own. `report` is what it has sent last. */
function createServer(name, port, redisUrl, onChange) {
  const spawnServer = () => {
    const env = { ...process.env, REDIS_URL: redisUrl };
    const stdio = ['ignore', 'ignore', 'inherit', 'ipc'];
    const child = fork(SERVER, [name, String(port), SITE], { env, stdio });
    server.report = undefined;
    return child.on('message', (report) => (server.report = report));
  };
  const server = { name, port, report: undefined };
  return Object.assign(server, { process: new ManagedProcess(`Server ${name}`, spawnServer, { onChange }) });
}

/** nginx with a copy of balancers/nginx.conf that has the addresses of this run. */
async function createNginx(program, port, servers, onEnd) {
  const folder = await mkdtemp(join(tmpdir(), 'live-online-nginx-'));
  onEnd(() => rm(folder, { recursive: true, force: true }));
  // As root, nginx starts workers as another user, which have to reach their temporary files in this folder.
  await chmod(folder, 0o711);
  let config = await readFile(NGINX_CONF, 'utf8');
  for (const server of servers) config = config.replace(`${server.name}:8081`, `127.0.0.1:${server.port}`);
  config = config
    .replace('listen 8081', `listen 127.0.0.1:${port}`)
    .replace('error_log stderr', 'error_log error.log');
  await writeFile(join(folder, 'nginx.conf'), config);
  const args = ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', 'stderr', '-g', 'daemon off;'];
  const spawnNginx = () => spawn(program, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  // After a SIGKILL its workers would go on.
  return new ManagedProcess('nginx', spawnNginx, { endSignal: 'SIGTERM' });
}
