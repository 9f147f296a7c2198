import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { settledMemory } from '../lib/memory.mjs';
import { readNumbers } from '../lib/options.mjs';
import { grouped, table, times } from '../lib/table.mjs';
import { applyHashes, startServers } from './metered-servers.mjs';

const [SITE, SERVERS, STEP_MS, MOVE_SECONDS] = ['example.org', 3, 10, 5];
const SIZES = [1_000, 10_000, 100_000];
/** The side of the counts is the store itself, from its sources: its parts are not exported. */
const SOURCES = `
  export { createMeshStore } from './src/store/mesh/mesh-store.ts';
  export { ReplicaStore } from './src/store/mesh/replication/replicas.ts';
  export { parseDelta } from './src/store/mesh/wire/messages.ts';
  export { bucketOf } from './src/store/mesh/wire/keys.ts';
  export { createWorld } from './test/helpers/virtual-world.ts';`;

/** What servers pay to replicate counts, and would pay for 8-byte hashes of members. In virtual time, without Redis. */
export async function replication({ args, signal, out }) {
  const options = readNumbers(args, { 'stay-seconds': 60, seconds: 10 });
  const resolveDir = fileURLToPath(new URL('../../packages/server/', import.meta.url));
  const stdin = { contents: SOURCES, resolveDir, loader: 'ts' };
  const { outputFiles } = await build({ stdin, bundle: true, write: false, format: 'esm', platform: 'node' });
  const sources = await import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`);
  const [runs, rows] = [[], [[`members on ${SERVERS} servers`, 'counts', 'hashes', 'hashes / counts']]];
  for (const members of SIZES) {
    signal.throwIfAborted();
    const figures = await measure(sources, members, options);
    runs.push({ members, figures });
    for (const [name, { counts, hashes }] of Object.entries(figures)) {
      rows.push([`${grouped(members)}: ${name}`, ...[counts, hashes].map(format), times(hashes / counts)]);
    }
  }
  out(`\n${table(rows)}\n`);
  return { suite: 'replication', servers: SERVERS, ...options, runs, pass: null };
}

const format = (value) => (value < 10 ? value.toFixed(2) : grouped(Math.round(value)));

async function measure({ ReplicaStore, parseDelta, bucketOf, ...sources }, members, options) {
  const { seconds, 'stay-seconds': staySeconds } = options;
  const { world, servers, join, leave, take } = startServers(sources, { count: SERVERS, site: SITE });
  /** Calls `task` `count` times, evenly over some seconds of virtual time. */
  async function spread(overSeconds, count, task) {
    const steps = (overSeconds * 1_000) / STEP_MS;
    for (let step = 1, done = 0; step <= steps; step++) {
      while (done < Math.floor((count * step) / steps)) task(done++);
      await world.advance(STEP_MS);
    }
  }

  await world.advance(3_000);
  for (let i = 0; i < members; i++) join(servers[i % SERVERS]);
  await world.advance(3_000);
  take();
  world.empty();
  await world.advance(5_000);
  const resync = take();
  const oldest = servers.map((server) => server.members.keys());
  await spread(seconds, (members * seconds) / staySeconds, (i) => {
    leave(servers[i % SERVERS], oldest[i % SERVERS].next().value);
    join(servers[i % SERVERS]);
  });
  const churn = take();
  const moving = [...servers[2].members.keys()];
  await spread(MOVE_SECONDS, moving.length, (i) => {
    servers[i % 2].store.claim(SITE, moving[i], { server: servers[2].store.server, connectionNumber: 2 });
    join(servers[i % 2], moving[i], 2);
  });
  await world.advance(1_000);
  const move = take();

  const created = { counts: [], hashes: [] };
  const create = { counts: () => new ReplicaStore('0', () => {}), hashes: () => new Map() };
  const apply = {
    counts: (replicas, { text }) => replicas.applyDelta(bucketOf(SITE), parseDelta(text)),
    hashes: applyHashes,
  };
  const figures = {};
  const put = (name, side, value) => ((figures[name] ??= {})[side] = value);
  let { heapUsed: before } = await settledMemory();
  for (const side of ['counts', 'hashes']) {
    put('bytes a second of churn', side, churn[side].bytes / seconds);
    put('bytes when Redis was emptied', side, resync[side].bytes);
    put('bytes a member that moves', side, move[side].bytes / moving.length);
    // One small replica takes less than what else changes on the heap.
    const copies = side === 'counts' ? 1_000 : Math.max(1, SIZES.at(-1) / members);
    const snapshotMs = cpuMs(() => {
      for (let i = 0; i < copies; i++) {
        const replica = create[side]();
        created[side].push(replica);
        for (const message of resync[side].messages) apply[side](replica, message);
      }
    });
    const { heapUsed } = await settledMemory();
    put('bytes of memory, a replica', side, (heapUsed - before) / copies);
    before = heapUsed;
    put('ms of CPU to apply all snapshots', side, snapshotMs / copies);
    const replica = created[side].at(-1);
    const churnMs = cpuMs(() => churn[side].messages.forEach((message) => apply[side](replica, message)));
    put('ms of CPU to apply a second of churn', side, churnMs / seconds);
  }
  return figures;
}

function cpuMs(task) {
  const since = process.cpuUsage();
  task();
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1_000;
}
