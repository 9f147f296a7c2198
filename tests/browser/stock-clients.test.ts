import { describe, expect, it, vi } from 'vitest';
import { engines, startEngine } from '../../packages/server/test/helpers/engines.ts';
import { openPage } from '../../packages/server/test/helpers/page.ts';
import type { EngineName } from '../../packages/server/src/io/transport.ts';
import { inChromiumFirst } from '../helpers/browsers.ts';
import {
  browserPlatform,
  nodePlatform,
  versionNames,
  type StockLog,
  type StockPlatform,
} from '../helpers/stock-clients.ts';

/** Frequent enough to see several, and with time to answer on a busy machine. */
const heartbeat = { intervalMs: 300, timeoutMs: 10_000 };
/** Far less than a heartbeat takes to notice that a client has vanished. */
const AT_ONCE_MS = 2_000;
const COUNT = versionNames.length;

/** What each version has logged, once `picks` returns this for all of them. */
async function expectAll<Picked>(
  logs: () => Promise<StockLog[]>,
  pick: (log: StockLog) => Picked,
  expected: unknown,
  options: { timeout?: number } = {},
): Promise<void> {
  await vi.waitFor(
    async () => {
      const picked = (await logs()).map((log, index) => [versionNames[index]!, pick(log)] as const);
      const all = versionNames.map((version) => [version, expected] as const);
      expect(Object.fromEntries(picked)).toEqual(Object.fromEntries(all));
    },
    { interval: 20, ...options },
  );
}

/** What a stock client of each version does, all of them at the same time. */
async function tryAllVersions(engine: EngineName, platform: StockPlatform): Promise<void> {
  const options = { decreaseDelayMs: 0, minUpdateIntervalMs: 10 };
  const { site } = platform;
  const first = await startEngine(engine, { ...options, heartbeat });
  const clients = await Promise.all(versionNames.map((version) => platform.open(version, first.url)));
  const logs = (): Promise<StockLog[]> => Promise.all(clients.map((client) => client.log()));
  const newest = ({ totals }: StockLog): number | undefined => totals.at(-1);

  // They receive their total, themselves included, and updates of it.
  await expectAll(logs, newest, COUNT);
  for (const { totals } of await logs()) expect(totals[0]).toBeGreaterThanOrEqual(1);
  const another = openPage(first.url, { origin: `http://${site}` });
  await expectAll(logs, newest, COUNT + 1);
  another.leave();
  await expectAll(logs, newest, COUNT);

  // A rejection has its code.
  const rejected = await Promise.all(
    versionNames.map((version) => platform.open(version, first.url, { member: 'no spaces please' })),
  );
  const rejections = (): Promise<StockLog[]> => Promise.all(rejected.map((client) => client.log()));
  await expectAll(rejections, ({ codes }) => codes, ['handshake-invalid']);
  await Promise.all(rejected.map((client) => client.disconnect()));

  // They answer heartbeats.
  await expectAll(logs, ({ pings }) => pings >= 2, true);
  expect(first.counter.total(site)).toBe(COUNT);
  await expectAll(logs, ({ codes, reasons }) => [codes, reasons], [[], []]);

  // They come back by themselves after the server has closed.
  await first.counter.close();
  await expectAll(logs, ({ reasons }) => reasons, ['transport close']);
  const before = (await logs()).map(({ totals }) => totals.length);
  const second = await startEngine(engine, { ...options, port: first.port });
  await vi.waitFor(() => expect(second.counter.total(site)).toBe(COUNT));
  await expectAll(logs, newest, COUNT);
  for (const [index, { totals }] of (await logs()).entries()) {
    expect(totals.length).toBeGreaterThan(before[index]!);
  }

  // They leave at once.
  for (const [index, client] of clients.entries()) {
    await client.disconnect();
    const left = COUNT - index - 1;
    await vi.waitFor(() => expect(second.counter.total(site), versionNames[index]).toBe(left), {
      timeout: AT_ONCE_MS,
      interval: 5,
    });
  }
  await expectAll(logs, ({ reasons }) => reasons, ['transport close', 'io client disconnect']);
  const {
    connections,
    ignoredEvents,
    malformedPackets,
    terminated,
    rejected: others,
  } = second.counter.stats();
  expect({ connections, ignoredEvents, malformedPackets }).toEqual({
    connections: 0,
    ignoredEvents: 0,
    malformedPackets: 0,
  });
  expect({ ...terminated, ...others }).toEqual({});
}

const title = `[P2, P5, P6, C2, C8] ${versionNames.join(', ')} by %s: are counted, rejected, reconnect and leave`;

describe('stock clients in Node', () => {
  it.each(engines)(title, (engine) => tryAllVersions(engine, nodePlatform()));
});

inChromiumFirst('stock clients in $name', ({ getContext }) => {
  it.each(engines)(title, async (engine) =>
    tryAllVersions(engine, await browserPlatform(await getContext())),
  );
});
