import { deflateSync } from 'node:zlib';
import { describe, expect, it, vi } from 'vitest';
import { decompressionBombs } from '@live-online/internal/testing/decompression-bombs';
import { createFakeClock } from '@live-online/internal/testing/fake-clock';
import { SharedHistory } from '../../src/history/shared-history.ts';
import type { SiteRecord } from '../../src/history/site-history.ts';
import { createMemoryBus } from '../../src/store/bus/memory-bus.ts';
import { createMeshStore, type MeshStore } from '../../src/store/mesh/mesh-store.ts';
import { BUCKETS } from '../../src/store/mesh/wire/keys.ts';

const bus = createMemoryBus();

async function openStore(server: string): Promise<MeshStore> {
  const store = createMeshStore({
    bus,
    clock: createFakeClock(),
    server,
    prefix: 'test',
    follow: 'all',
    leaseMs: 8_000,
    heartbeatIntervalMs: 1_000,
    publishIntervalMs: 50,
    random: () => 0.5,
  });
  await store.open({ changed() {}, stale() {}, claimed() {} });
  return store;
}

function record(site: string): SiteRecord {
  const peak = { people: 7, at: 5 };
  const hours = [[0, 1, 1.5, 7]] as const;
  return { site, since: 0, occupiedAt: 5, peakToday: null, peakAllTime: peak, minutes: [], hours, days: [] };
}

const bySite = (records: readonly SiteRecord[]): SiteRecord[] =>
  [...records].sort((a, b) => (a.site < b.site ? -1 : 1));

describe('the history that servers keep together', () => {
  it('[T4] is read by a server that starts after all others have ended', async () => {
    const sites = Array.from({ length: 3 * BUCKETS }, (_, index) => record(`${index}.example`));
    const first = await openStore('first');
    await new SharedHistory(first).save(sites);
    await first.close();
    const second = new SharedHistory(await openStore('second'));
    const { records, problem } = await second.load();
    expect(problem).toBeUndefined();
    expect(bySite(records)).toEqual(bySite(sites));
    // What has no history any more is deleted.
    await second.save(sites.slice(1));
    expect((await second.load()).records).toHaveLength(sites.length - 1);
  });

  it('[T4] a damaged text is reported, and the others are used', async () => {
    const store = await openStore('third');
    await store.writeTexts([['damaged.example', 'AAAA']]);
    const { records, problem } = await new SharedHistory(store).load();
    expect(records.length).toBeGreaterThan(10);
    expect(problem).toBe('the history of 1 sites is damaged, and begins anew');
  });

  it('[T4] [SEC37] a text that is too long when it is decompressed is damaged, and the longest record is not', async () => {
    const store = await openStore('bombed');
    const before = await new SharedHistory(store).load();
    const damagedBefore = Number(/\d+/.exec(before.problem ?? '0')![0]);
    const samples = (length: number): SiteRecord['minutes'] =>
      Array.from({ length }, (_, step) => [
        Number.MAX_SAFE_INTEGER - step,
        Number.MAX_SAFE_INTEGER,
        1 / 3 + 1_234_567,
        Number.MAX_SAFE_INTEGER,
      ]);
    const longest = {
      ...record('longest.example'),
      minutes: samples(1_440),
      hours: samples(720),
      days: samples(730),
    };
    await new SharedHistory(store).save([...before.records, longest]);
    // JSON allows the blanks, so that only its length makes this record invalid.
    const padded = `${' '.repeat(512 << 10)}${JSON.stringify(record('padded.example'))}`;
    const bomb = await decompressionBombs['deflate']!('{"site":"bomb.example","since":"');
    await store.writeTexts([
      ['padded.example', deflateSync(padded).toString('base64')],
      ['bomb.example', bomb.toString('base64')],
    ]);
    const { records, problem } = await new SharedHistory(store).load();
    expect(records.find(({ site }) => site === 'longest.example')).toEqual(longest);
    expect(records.map(({ site }) => site)).not.toContain('padded.example');
    expect(problem).toBe(`the history of ${damagedBefore + 2} sites is damaged, and begins anew`);
    await new SharedHistory(store).save(before.records);
  });

  it('[T4] a store that is out of reach is an error', async () => {
    const store = await openStore('fourth');
    bus.reset();
    await vi.waitFor(() => expect(new SharedHistory(store).load()).rejects.toThrow(/out of reach/));
  });
});
