import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as rest } from 'node:timers/promises';
import { BenchError } from '../lib/bench-error.mjs';
import { requireOfServer } from '../lib/packages.mjs';

const { createClient } = requireOfServer('redis');

const CONNECT_TIMEOUT_MS = 20_000;
const POLL_MS = 50;

/**
 * Starts a Redis on a free port of the loopback, and counts its commands and bytes.
 *
 * @typedef {{ commands: number, byCommand: Record<string, number>, bytesIn: number, bytesOut: number }} Done
 *
 * @param {AbortSignal} signal Ends it.
 * @param {{ port?: number }} [options] By default it has a free port.
 */
export async function startOwnRedis(signal, options = {}) {
  signal.throwIfAborted();
  const port = options.port ?? (await freePort());
  const settings = { port, bind: '127.0.0.1', save: '', appendonly: 'no' };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const redis = spawn('redis-server', args, { stdio: 'ignore' });
  const exited = Promise.race([once(redis, 'exit'), once(redis, 'error')]).catch(() => {});
  const kill = () => redis.kill('SIGKILL');
  signal.addEventListener('abort', kill, { once: true });
  process.once('exit', kill);
  await once(redis, 'spawn').catch(() => {
    throw new BenchError(
      'This benchmark needs redis-server. Install it (Debian: apt-get install redis-server), then try again.',
    );
  });

  const url = `redis://127.0.0.1:${port}`;
  const client = await connect(url);
  const count = async () => readDone(await client.info('commandstats'), await client.info('stats'));
  // The bytes of counting itself are subtracted.
  const before = await count();
  const asking = difference(await count(), before);

  return {
    url,
    port,
    pid: redis.pid,
    /** The names of all keys. */
    keys: () => client.keys('*'),
    /** Commands and bytes until now. */
    count,
    /** @param {Done} since */
    async doneSince(since) {
      const { bytesIn, bytesOut, ...done } = difference(await count(), since);
      return {
        ...done,
        bytesIn: Math.max(0, bytesIn - asking.bytesIn),
        bytesOut: Math.max(0, bytesOut - asking.bytesOut),
      };
    },
    async end() {
      if (client.isOpen) client.destroy();
      signal.removeEventListener('abort', kill);
      process.removeListener('exit', kill);
      kill();
      await exited;
    },
  };
}

async function connect(url) {
  const client = createClient({ url, socket: { reconnectStrategy: false } });
  client.on('error', () => {});
  const until = performance.now() + CONNECT_TIMEOUT_MS;
  for (;;) {
    try {
      return await client.connect();
    } catch (error) {
      if (performance.now() > until) throw error;
      await rest(POLL_MS);
    }
  }
}

/** Leaves out the benchmark's own commands: INFO, and those of its client when it connects. */
function readDone(commandStats, stats) {
  const byCommand = {};
  for (const [, name, calls] of commandStats.matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm)) {
    if (!/^(info|hello|client)\b/.test(name)) byCommand[name] = Number(calls);
  }
  const figure = (name) => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(stats)?.[1]);
  return {
    byCommand,
    bytesIn: figure('total_net_input_bytes'),
    bytesOut: figure('total_net_output_bytes'),
  };
}

function difference(after, before) {
  const byCommand = {};
  let commands = 0;
  for (const [name, calls] of Object.entries(after.byCommand)) {
    const more = calls - (before.byCommand[name] ?? 0);
    if (more > 0) byCommand[name] = more;
    commands += more;
  }
  return {
    commands,
    byCommand,
    bytesIn: after.bytesIn - before.bytesIn,
    bytesOut: after.bytesOut - before.bytesOut,
  };
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
