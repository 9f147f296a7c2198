import { describe, expect, it, vi } from 'vitest';
import { createKeyNames } from '../../packages/server/src/store/mesh/wire/keys.ts';
import { slotOf } from '../../packages/server/src/store/redis/slots.ts';
import { NODE_TIMEOUT_MS, type Redis } from '../../packages/server/test/helpers/redis.ts';
import {
  masterPorts,
  startRedisCluster,
  startReplicatedCluster,
} from '../../packages/server/test/helpers/redis-cluster.ts';
import { startServers } from '../helpers/counter-servers.ts';
import { createCrowd, type Crowd } from '../helpers/crowd.ts';
import { reportFigure } from '../helpers/figures.ts';
import { createOracle, type Oracle } from '../helpers/oracle.ts';

/** A total is stale after a command has failed, and the link has been down for a second. */
const MARKED_MS = 5_000;
/** After the timeout of a node, its replica waits for at most 1 s, asks for votes, and informs the others. */
const FAILOVER_MS = NODE_TIMEOUT_MS + 5_000;
const registry = createKeyNames('live-online').registry;

interface Scene {
  crowd: Crowd;
  oracle: Oracle;
}

async function begin(redisUrl: string): Promise<Scene> {
  const servers = await startServers(['a', 'b'], { redisUrl });
  const crowd = createCrowd(Object.values(servers));
  const oracle = createOracle(crowd);
  for (const name of ['a', 'b']) crowd.open(30, { at: name });
  await crowd.settled();
  await oracle.exact();
  return { crowd, oracle };
}

/** Waits until totals are stale, while pages come and go. */
async function staleWithChurn({ crowd, oracle }: Scene): Promise<number> {
  const markedMs = await oracle.marked(['a', 'b'], MARKED_MS);
  crowd.open(7, { at: 'b' });
  for (const page of crowd.at('a').slice(0, 3)) page.close();
  await crowd.settled();
  return markedMs;
}

/** The master of the servers' registry, which every heartbeat writes. */
async function ownerOfRegistry(nodes: readonly Redis[]): Promise<Redis> {
  const slots = (await nodes[0]!.cli('CLUSTER', 'SLOTS')) as [number, number, [string, number]][];
  const slot = slotOf(registry);
  const [, , [, port]] = slots.find(([from, to]) => from <= slot && slot <= to)!;
  return nodes.find((node) => node.port === port)!;
}

describe('a Redis Cluster that loses a master', () => {
  it('[S6] killed, then frozen: stale until a replica has taken over, then exact', async () => {
    const nodes = await startReplicatedCluster();
    const scene = await begin(nodes[0]!.url);
    const { oracle } = scene;

    for (const [fault, strike, heal] of [
      ['killed', (node: Redis) => node.kill(), (node: Redis) => node.restart()],
      ['frozen', (node: Redis) => node.freeze(), (node: Redis) => node.thaw()],
    ] as const) {
      const lost = await ownerOfRegistry(nodes);
      const others = nodes.filter((node) => node !== lost);
      oracle.now(`a master was ${fault}`, { cutOff: ['a', 'b'], boundMs: MARKED_MS });
      const fromMs = performance.now();
      await strike(lost);
      const markedMs = await staleWithChurn(scene);
      oracle.now(`a replica takes over from a master that was ${fault}`, { boundMs: FAILOVER_MS + 3_000 });
      const promoted = vi
        .waitFor(async () => expect(await masterPorts(others)).not.toContain(lost.port), {
          interval: 20,
          timeout: 60_000,
        })
        .then(() => performance.now());
      await oracle.exact();
      const exactMs = performance.now();
      reportFigure(`a master of a Redis Cluster ${fault}`, {
        'stale after': markedMs,
        'replica promoted after': (await promoted) - fromMs,
        'exact after': exactMs - fromMs,
      });

      oracle.now(`the node that was ${fault} has come back as a replica`, { boundMs: MARKED_MS });
      await heal(lost);
      await vi.waitFor(
        async () => expect(String(await lost.cli('INFO', 'replication'))).toContain('master_link_status:up'),
        { interval: 50, timeout: 60_000 },
      );
      await oracle.exact();
    }
  });

  it.each(['no', 'yes'])(
    '[S6] without a replica, cluster-allow-reads-when-down %s: stale until it is back, then exact within 7 s',
    async (allowed) => {
      const nodes = await startRedisCluster();
      for (const { cli } of nodes) {
        await cli('CONFIG', 'SET', 'cluster-allow-reads-when-down', allowed);
        // With it the other masters continue with their own slots.
        await cli('CONFIG', 'SET', 'cluster-require-full-coverage', allowed === 'yes' ? 'no' : 'yes');
      }
      const scene = await begin(nodes[0]!.url);
      const { oracle } = scene;
      const lost = await ownerOfRegistry(nodes);
      const other = nodes.find((node) => node !== lost)!;
      oracle.now('a master was killed', { cutOff: ['a', 'b'], boundMs: MARKED_MS });
      await lost.kill();
      await staleWithChurn(scene);
      await vi.waitFor(
        async () => expect(String(await other.cli('CLUSTER', 'NODES'))).toMatch(/ master,fail /),
        { interval: 50, timeout: 60_000 },
      );
      await staleWithChurn(scene);

      // A master that comes back accepts commands after the timeout of a node only.
      oracle.now('the master is back, and empty', { boundMs: NODE_TIMEOUT_MS + 5_000 });
      await lost.restart();
      reportFigure(`a master without a replica, reads when down: ${allowed}`, {
        'exact after its return': await oracle.exact(),
      });
    },
  );
});
