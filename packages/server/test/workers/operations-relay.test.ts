import { expect, it, vi } from 'vitest';
import { createStats } from '../../src/core/stats.ts';
import type { ServerInfo } from '../../src/io/http/api/api-ports.ts';
import { connectWorker, createOperationsRelay } from '../../src/workers/operations-relay.ts';
import { openIpc } from '../helpers/ipc.ts';

const server: ServerInfo = {
  name: 'a',
  version: '1.2.3',
  since: '2026-01-01T00:00:00.000Z',
  connections: 1,
  eventLoopDelayMs: 0,
  store: 'memory',
  processes: 3,
  stale: false,
  silent: false,
  warnings: [],
  isSelf: true,
};

it('[A12, H1] a worker asks its primary about servers, and sends it earlier peaks', async () => {
  const { one, two } = openIpc();
  const peaks: unknown[] = [];
  const stats = { ...createStats(), rejected: { bot: 3 } };
  connectWorker(one.channel('operations'), {
    metricsText: async () => 'up 1',
    webhooks: async () => [],
    servers: {
      list: async () => [server],
      stats: async () => stats,
      drain: async (name) => (name === 'a' ? 'draining' : 'unknown'),
    },
    addEarlierPeaks: (earlier) => void peaks.push(...earlier),
  });
  const relay = createOperationsRelay(two.channel('operations'));
  relay.addEarlierPeaks([['a.example', 12]]);
  expect(await relay.servers.list()).toEqual([server]);
  expect(await relay.servers.stats()).toEqual(stats);
  expect(await relay.servers.drain('a')).toBe('draining');
  expect(await relay.servers.drain('b')).toBe('unknown');
  expect(await relay.metrics()).toBe('up 1');
  await vi.waitFor(() => expect(peaks).toEqual([['a.example', 12]]));
});
