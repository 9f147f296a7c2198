/** Redis, three counter servers, a balancer in front of them, and a page to break them from: one command, one Ctrl-C. */
import { randomBytes } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openControl } from './control/control.js';
import { createOrders, title } from './control/orders.js';
import { createVisitors } from './control/visitors.js';
import { createWatch } from './control/watch.js';
import { findPrograms } from './run/needs.js';
import { watchParent } from './run/parent.js';
import { freePort, listening, portFrom } from './run/ports.js';
import { StartError } from './run/start-error.js';
import { startReaper } from './run/start-reaper.js';
import { createBalancer, createRedis, createServerUnit } from './run/units.js';

const NAMES = ['a', 'b', 'c'];
const SITE = 'localhost';
const BALANCERS = ['nginx', 'haproxy'];

/**
 * @param {(text: string) => void} say
 * @param {(undo: () => unknown) => void} onEnd Takes what is to be done at the end, last first.
 * @returns {Promise<{ url: string, counterUrl: string }>}
 * @throws {StartError} Whose message is one line that says what to do.
 */
async function start(say, onEnd) {
  const kind = process.env.BALANCER || 'nginx';
  if (!BALANCERS.includes(kind)) throw new StartError(`BALANCER must be nginx or haproxy, and is "${kind}".`);
  const [redisProgram, balancerProgram] = await findPrograms(['redis-server', kind], say);
  const port = await portFrom('PORT', 8081);
  const sitePort = await portFrom('SITE_PORT', 8080);
  const folder = await mkdtemp(join(tmpdir(), 'live-online-'));
  onEnd(() => rm(folder, { recursive: true, force: true }));

  /** @type {import('./control/watch.js').Watch | undefined} */
  let watch = undefined;
  const changed = ({ name, state }) => {
    if (state === 'dead') watch?.note('end', `${title(name)} is gone`);
  };

  const how = { changed, reaper: startReaper() };

  const password = randomBytes(16).toString('hex');
  const redisPort = await freePort(6390);
  const redis = await createRedis(redisProgram, { folder, port: redisPort, password, ...how });
  redis.start();
  onEnd(() => redis.end());
  await listening(redisPort, 'Redis');

  const redisUrl = `redis://live-online:${password}@127.0.0.1:${redisPort}`;
  const servers = new Map();
  for (const name of NAMES) {
    const server = { unit: undefined, port: await freePort(8091), word: undefined, at: Date.now() };
    const told = (word) => Object.assign(server, { word, at: Date.now() });
    const gone = (unit) => {
      if (unit.state === 'dead') server.word = undefined;
      changed(unit);
    };
    server.unit = createServerUnit(name, {
      port: server.port,
      redisUrl,
      site: SITE,
      told,
      ...how,
      changed: gone,
    });
    server.unit.start();
    onEnd(() => server.unit.end());
    servers.set(name, server);
  }
  await Promise.all(NAMES.map((name) => listening(servers.get(name).port, title(name))));

  const serverPorts = NAMES.map((name) => servers.get(name).port);
  const balancer = await createBalancer(kind, balancerProgram, { folder, port, serverPorts, ...how });
  balancer.start();
  onEnd(() => balancer.end());
  await listening(port, kind);

  const counterUrl = `http://localhost:${port}/`;
  const visitors = createVisitors({ url: `http://127.0.0.1:${port}`, origin: `http://${SITE}:${sitePort}` });
  onEnd(() => visitors.remove(visitors.count));
  watch = createWatch({ servers, redis, visitors });
  const units = new Map([...NAMES.map((name) => [name, servers.get(name).unit]), ['redis', redis]]);
  const obey = createOrders({ units, visitors, watch });
  const control = await openControl({ port: sitePort, counterUrl, watch, obey });
  onEnd(() => control.close());
  return { url: control.url, counterUrl, kind };
}

/** Runs the example as this process, until a signal or until whoever started it is gone. */
export async function runRedisExample() {
  const undos = [];
  let ended;
  const end = (code) =>
    (ended ??= (async () => {
      for (const undo of undos.reverse()) await undo();
      process.exit(code);
    })());
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => void end(0));
  watchParent(() => void end(0));
  try {
    const onEnd = (undo) => void (ended ? undo() : undos.push(undo));
    const { url, counterUrl, kind } = await start((text) => console.log(text), onEnd);
    console.log(`Three servers behind ${kind}, one number: ${counterUrl}`);
    console.log(`Break them here, and watch it stay right: ${url}`);
  } catch (error) {
    if (!ended) console.error(error instanceof StartError ? error.message : error);
    await end(1);
  }
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  await runRedisExample();
}
