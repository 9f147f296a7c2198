import { startTcpProxy, type TcpProxy } from '../../packages/server/test/helpers/tcp-proxy.ts';
import type { Redis } from '../../packages/server/test/helpers/redis.ts';
import { startServer, startServers } from './counter-servers.ts';
import { createCrowd, type Crowd } from './crowd.ts';
import { createOracle, type Oracle } from './oracle.ts';

/** Starts two servers that reach Redis directly, and one, `far`, by a network that can fail. */
export async function startFarServer(
  redis: Redis,
  options: { leaseMs?: number } = {},
): Promise<{ network: TcpProxy; crowd: Crowd; oracle: Oracle }> {
  const network = await startTcpProxy(redis.port);
  const through = redis.url.replace(`:${redis.port}`, `:${network.port}`);
  const [{ a, b }, far] = await Promise.all([
    startServers(['a', 'b'], { redisUrl: redis.url, ...options }),
    startServer({ name: 'far', redisUrl: through, ...options }),
  ]);
  const crowd = createCrowd([a, b, far]);
  const oracle = createOracle(crowd);
  for (const name of ['a', 'b', 'far']) crowd.open(20, { at: name });
  await crowd.settled();
  await oracle.exact();
  return { network, crowd, oracle };
}
