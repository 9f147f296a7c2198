import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as rest } from 'node:timers/promises';
import { BenchError } from '../lib/bench-error.mjs';
import { requireOfServer } from '../lib/packages.mjs';

const { createClient } = requireOfServer('redis');

const TIMEOUT_MS = 20_000;
const POLL_MS = 50;

/**
 * A Redis of the bench's own, on a free port of the loopback, and what it has done.
 *
 * @typedef {{ commands: number, byCommand: Record<string, number>, bytesIn: number, bytesOut: number }} Done
 *
 * @param {AbortSignal} signal Ends it.
 */
export async function startOwnRedis(signal) {
  signal.throwIfAborted();
  const port = await freePort();
  const settings = { port, bind: '127.0.0.1', save: '', appendonly: 'no' };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const redis = spawn('redis-server', args, { stdio: 'ignore' });
  const gone = Promise.race([once(redis, 'exit'), once(redis, 'error')]).catch(() => {});
  const kill = () => redis.kill('SIGKILL');
  signal.addEventListener('abort', kill, { once: true });
  process.once('exit', kill);
  await once(redis, 'spawn').catch(() => {
    throw new BenchError(
      'This bench needs redis-server: "apt-get install redis-server" (Debian), then again.',
    );
  });

  const url = `redis://127.0.0.1:${port}`;
  const client = await connect(url);
  const count = async () => readDone(await client.info('commandstats'), await client.info('stats'));
  // What asking costs by itself is taken off.
  const before = await count();
  const asking = difference(await count(), before);

  return {
    url,
    /** What has been done so far. */
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
      await gone;
    },
  };
}

async function connect(url) {
  const client = createClient({ url, socket: { reconnectStrategy: false } });
  client.on('error', () => {});
  const until = performance.now() + TIMEOUT_MS;
  for (;;) {
    try {
      return await client.connect();
    } catch (error) {
      if (performance.now() > until) throw error;
      await rest(POLL_MS);
    }
  }
}

/** The bench's own commands are INFO and what its client says when it connects: neither is counted. */
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
