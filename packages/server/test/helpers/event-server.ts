import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { createFakeClock, type FakeClock } from '@live-online/internal/testing/fake-clock';
import { Counter } from '../../src/core/counter.ts';
import { createStats, type CounterStats } from '../../src/core/stats.ts';
import { createAdmission } from '../../src/core/admission.ts';
import { createSiteList } from '../../src/core/site-list.ts';
import { createHandshakeGuard } from '../../src/io/admission/handshake-guard.ts';
import type { AnswerRelay } from '../../src/io/events/answer-relay.ts';
import { EventStreams } from '../../src/io/events/event-streams.ts';
import { memoryStore } from '../../src/store/memory.ts';

export interface EventServer {
  url: string;
  clock: FakeClock;
  counter: Counter;
  streams: EventStreams;
  stats: CounterStats;
  /** The responses of the streams, oldest first. */
  responses: ServerResponse[];
}

/** Streams and a counter on a real HTTP server, with a clock that only the test advances. */
export async function startEventServer(relay?: AnswerRelay): Promise<EventServer> {
  const clock = createFakeClock();
  const stats = createStats();
  const responses: ServerResponse[] = [];
  const counter = new Counter({
    clock,
    store: memoryStore(),
    observer: { published() {}, stale() {} },
    minUpdateIntervalMs: 100,
    decreaseDelayMs: 1_000,
    maxBroadcastCpu: 0.2,
    random: () => 0.5,
  });
  await counter.open();
  const none = Infinity;
  const streams = new EventStreams({
    counter,
    handshakeGuard: createHandshakeGuard({
      sites: createSiteList(undefined, () => {}),
      admission: createAdmission({
        maxConnections: none,
        maxPerAddress: none,
        maxPerSite: none,
        maxSites: none,
        maxSitesPerAddress: none,
      }),
      stats,
      trustsProxy: undefined,
      countLoopback: false,
      countBots: false,
      timeOfDay: Date.now,
      onLimit() {},
    }),
    stats,
    clock,
    random: () => 0.5,
    closeTimeoutMs: 100,
    beforeJoin() {},
    onOpen: (_request, response) => void responses.push(response),
    relay,
  });
  const server = createServer((request, response) => streams.handleRequest(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    await streams.close();
    await counter.close();
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, clock, counter, streams, stats, responses };
}
