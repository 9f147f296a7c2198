import { describe, expect, it, vi } from 'vitest';
import { startRedis } from '../../packages/server/test/helpers/redis.ts';
import { startServer, startServers, type ServerProcess } from '../helpers/counter-servers.ts';
import { createCrowd } from '../helpers/crowd.ts';
import { startNginx } from '../helpers/nginx.ts';
import { createOracle } from '../helpers/oracle.ts';

describe('a rolling restart', () => {
  it('[S7] three servers behind nginx, under load: no wrong total in any sample, and every page reconnects within 5 s', async () => {
    const redis = await startRedis();
    const options = { redisUrl: redis.url, drainDurationMs: 1_000 };
    const servers: ServerProcess[] = Object.values(await startServers(['a', 'b', 'c'], options));
    const balancer = await startNginx(servers.map(({ port }) => port));
    const crowd = createCrowd([{ name: 'nginx', url: balancer.url }]);
    const oracle = createOracle(crowd);
    crowd.open(120);
    await crowd.settled();
    await oracle.exact();

    oracle.now('the restart began', { moving: true, boundMs: 0 });
    let draining = '';
    let isOpening = false;
    // In turn, because a server may receive that pages joined at one server before it receives that others left another.
    const load = setInterval(() => {
      isOpening = !isOpening;
      if (isOpening) return void crowd.open(10);
      // Not pages of the draining server: a page that leaves while it is migrated still counts until its reconnect deadline.
      const staying = crowd.at('nginx').filter(({ resumeToken }) => !resumeToken?.startsWith(`${draining}-`));
      for (const page of staying.slice(0, 10)) page.close();
    }, 1_500);
    for (const [index, server] of servers.entries()) {
      draining = server.name;
      const tookMs = server.end();
      await vi.waitFor(async () => expect(await isReady(server)).toBe(false), {
        timeout: 5_000,
        interval: 10,
      });
      expect(await tookMs, 'ms until it had ended').toBeLessThan(15_000);
      servers[index] = await startServer({ ...options, name: server.name, port: server.port });
      oracle.verify();
    }
    clearInterval(load);
    oracle.now('the restart is over', { boundMs: 5_000 });
    await oracle.exact();
    expect(crowd.longestWayMs, 'ms until the slowest page was back').toBeLessThan(5_000);
  });
});

/** Whether a load balancer that checks health sends pages there. A server that does not answer is not ready. */
async function isReady({ url }: ServerProcess): Promise<boolean> {
  try {
    return (await fetch(`${url}readyz`)).ok;
  } catch {
    return false;
  }
}
