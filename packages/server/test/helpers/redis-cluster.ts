import { expect, vi } from 'vitest';
import { startRedis, type Redis, type RedisOptions } from './redis.ts';

const MASTERS = 3;
const bounds = [0, 5461, 10_923, 16_384];

/** Starts a cluster of three masters, and waits until it is complete. */
export async function startRedisCluster(options: RedisOptions = {}): Promise<Redis[]> {
  const nodes = await startNodes(MASTERS, options);
  await vi.waitFor(async () => expect(await masterPorts(nodes)).toHaveLength(MASTERS), { interval: 20 });
  return nodes;
}

/** Starts a cluster of three masters and three replicas, and waits until each replica has the data of its master. */
export async function startReplicatedCluster(options: RedisOptions = {}): Promise<Redis[]> {
  const nodes = await startNodes(2 * MASTERS, options);
  const ids = await Promise.all(nodes.map(({ cli }) => cli('CLUSTER', 'MYID').then(String)));
  for (const [index, { cli }] of nodes.slice(MASTERS).entries()) {
    // A node that has not heard of its master yet replies with an error.
    await vi.waitFor(() => cli('CLUSTER', 'REPLICATE', ids[index]!), { interval: 20 });
  }
  await vi.waitFor(
    async () => {
      expect(await masterPorts(nodes)).toHaveLength(MASTERS);
      for (const { cli } of nodes.slice(MASTERS)) {
        expect(String(await cli('INFO', 'replication'))).toContain('master_link_status:up');
      }
    },
    { interval: 50 },
  );
  return nodes;
}

/** The ports of all masters with slots, by their first slot. Throws unless `nodes` agree, and the cluster is complete. */
export async function masterPorts(nodes: readonly Redis[]): Promise<number[]> {
  const [first, ...views] = await Promise.all(nodes.map(({ cli }) => viewOfCluster(cli)));
  expect(first).toMatchObject({ isOk: true });
  for (const view of views) expect(view).toEqual(first);
  return first!.slots.map(({ port }) => port);
}

/** Starts nodes that know each other. The first three have all slots. */
async function startNodes(count: number, options: RedisOptions): Promise<Redis[]> {
  const nodes = await Promise.all(
    Array.from({ length: count }, () => startRedis({ ...options, cluster: true })),
  );
  const [first, ...others] = nodes as [Redis, ...Redis[]];
  await Promise.all(
    nodes
      .slice(0, MASTERS)
      .map(({ cli }, i) => cli('CLUSTER', 'ADDSLOTSRANGE', `${bounds[i]}`, `${bounds[i + 1]! - 1}`)),
  );
  // Otherwise two nodes may have the same epoch, and the next failover takes longer.
  await Promise.all(nodes.map(({ cli }, i) => cli('CLUSTER', 'SET-CONFIG-EPOCH', `${i + 1}`)));
  for (const { port, cli } of others) {
    const [, busPort] = (await cli('CONFIG', 'GET', 'cluster-port').then(flat)) as [string, string];
    await first.cli('CLUSTER', 'MEET', '127.0.0.1', String(port), busPort);
  }
  return nodes;
}

/** The state of a cluster in the view of one node: whether it is complete, and the master of each slot. */
async function viewOfCluster(cli: Redis['cli']) {
  const info = String(await cli('CLUSTER', 'INFO'));
  const slots = (await cli('CLUSTER', 'SLOTS')) as [from: number, to: number, master: [string, number]][];
  return {
    isOk: info.includes('cluster_state:ok') && info.includes('cluster_slots_ok:16384'),
    slots: slots.map(([from, to, [, port]]) => ({ from, to, port })).sort((a, b) => a.from - b.from),
  };
}

/** Some replies are maps in RESP 3 and lists in RESP 2. */
function flat(reply: unknown): unknown[] {
  return Array.isArray(reply) ? reply : Object.entries(reply as object).flat();
}
