import { mkdtempSync, readFileSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { HistoryFile } from '../../src/history/history-file.ts';
import type { SiteRecord } from '../../src/history/site-history.ts';

function createFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'live-online-history-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function record(site: string, people = 1): SiteRecord {
  const minutes = Array.from({ length: 500 }, (_, index) => [60 * index, 0, index / 2, index] as const);
  return {
    site,
    since: 0,
    occupiedAt: 5,
    peakToday: null,
    peakAllTime: { people, at: 5 },
    minutes,
    hours: [],
    days: [],
  };
}

describe('the history file', () => {
  it('[T4] reads what it has saved, from a folder that it creates', async () => {
    const folder = join(createFolder(), 'a', 'b');
    const file = new HistoryFile(folder);
    expect(await file.load()).toEqual({ records: [], problem: undefined });
    await file.save([record('a.example'), record('b.example')]);
    expect(await new HistoryFile(folder).load()).toEqual({
      records: [record('a.example'), record('b.example')],
      problem: undefined,
    });
    expect(gunzipSync(readFileSync(join(folder, 'history.gz'))).toString()).toContain('"site":"a.example"');
  });

  it.each([
    ['torn', (path: string) => truncateSync(path, readFileSync(path).length - 20)],
    ['empty', (path: string) => truncateSync(path, 0)],
    ['other bytes', (path: string) => writeFileSync(path, 'not gzip at all')],
    [
      'one bit changed',
      (path: string) => {
        const bytes = readFileSync(path);
        bytes[bytes.length >> 1]! ^= 4;
        writeFileSync(path, bytes);
      },
    ],
  ])('[T4] a damaged file (%s): the one before it, and one problem', async (_name, damage) => {
    const folder = createFolder();
    const file = new HistoryFile(folder);
    await file.load();
    await file.save([record('a.example', 1)]);
    await file.save([record('a.example', 2)]);
    damage(join(folder, 'history.gz'));
    const { records, problem } = await new HistoryFile(folder).load();
    expect(records).toEqual([record('a.example', 1)]);
    expect(problem).toMatch(/^the history in .*history\.gz is damaged \(.+\): the one before it is used$/);
    // The damaged file does not replace the whole one at the next save.
    await file.save([record('a.example', 3)]);
    expect(readdirSync(folder).sort()).toEqual(['history.damaged.gz', 'history.gz', 'history.previous.gz']);
    expect((await new HistoryFile(folder).load()).problem).toBeUndefined();
  });

  it('[T4] both files damaged: what can be read of them', async () => {
    const folder = createFolder();
    const file = new HistoryFile(folder);
    await file.load();
    const sites = Array.from({ length: 200 }, (_, index) => record(`site-${index}.example`));
    await file.save(sites);
    await file.save(sites);
    for (const name of ['history.gz', 'history.previous.gz']) {
      truncateSync(join(folder, name), readFileSync(join(folder, name)).length >> 1);
    }
    const { records, problem } = await new HistoryFile(folder).load();
    expect(records.length).toBeGreaterThan(10);
    expect(records[0]).toEqual(sites[0]);
    expect(problem).toMatch(/is damaged/);
  });

  it('[T4] a crash between the two renames loses a minute, and nothing is damaged', async () => {
    const folder = createFolder();
    const file = new HistoryFile(folder);
    await file.load();
    await file.save([record('a.example', 1)]);
    await file.save([record('a.example', 2)]);
    rmSync(join(folder, 'history.gz'));
    expect(await new HistoryFile(folder).load()).toEqual({
      records: [record('a.example', 1)],
      problem: undefined,
    });
  });
});
