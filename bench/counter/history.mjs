import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { redisStore } from '../../packages/server/dist/redis.js';
import { readNumbers } from '../lib/options.mjs';
import { median, round } from '../lib/stats.mjs';
import { grouped, millis, table } from '../lib/table.mjs';
import { startOwnRedis } from '../redis/own-redis.mjs';

const SOURCES = fileURLToPath(new URL('../../packages/server/src/history', import.meta.url));
const [MINUTE, HOUR, DAY] = [60, 3_600, 86_400];

/**
 * What a server does once a minute to keep the history of its sites: all of them are encoded, compressed and written. Every
 * site has as many samples as it can have.
 */
export async function history({ args, signal, out }) {
  const { sites, rounds } = readNumbers(args, { sites: 1_000, rounds: 5 });
  const folder = await mkdtemp(join(tmpdir(), 'live-online-bench-'));
  try {
    const { History, HistoryFile, SharedHistory } = await loadSources(folder);
    const all = new History({
      maxSites: sites,
      timeOfDay: Date.now,
      people: () => 0,
      sites: () => [],
      onFull() {},
    });
    all.restore(createRecords(sites));

    out(`The history of ${grouped(sites)} sites is saved, ${rounds} rounds, medians.\n`);
    const file = await measure(rounds, signal, () => new HistoryFile(folder).save(all.records()));
    const fileBytes = (await stat(join(folder, 'history.gz'))).size;

    const redis = await startOwnRedis(signal);
    const store = redisStore(redis.url);
    await store.open({ changed() {}, stale() {}, claimed() {} });
    const shared = new SharedHistory(store);
    const before = await redis.count();
    const inRedis = await measure(rounds, signal, () => shared.save(all.records()));
    // The warm-up of the measurement writes as much.
    const redisBytes = (await redis.doneSince(before)).bytesIn / (rounds + 1);
    await store.close();
    await redis.end();

    const rows = [
      ['--data', file, fileBytes],
      ['Redis', inRedis, redisBytes],
    ].map(([name, { cpuMs, blockedMs }, bytes]) => [
      name,
      millis(cpuMs),
      millis(blockedMs),
      `${(bytes / 1e6).toFixed(1)} MB`,
    ]);
    out(`${table([['each minute', 'CPU', 'longest block', 'written'], ...rows])}\n`);
    return {
      suite: 'history',
      sites,
      rounds,
      file: { ...file, bytes: fileBytes },
      redis: { ...inRedis, bytes: round(redisBytes) },
      pass: true,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The classes that keep the history. No entry of the package exports them. */
async function loadSources(folder) {
  const outfile = join(folder, 'history.mjs');
  const files = { History: 'history.ts', HistoryFile: 'history-file.ts', SharedHistory: 'shared-history.ts' };
  const contents = Object.entries(files).map(([name, file]) => `export { ${name} } from './${file}';`);
  await build({
    stdin: { contents: contents.join('\n'), resolveDir: SOURCES },
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
  });
  return import(outfile);
}

/** Sites with a sample in each step, whose numbers rise and fall as those of visitors do. */
function createRecords(count) {
  const now = Math.floor(Date.now() / 1_000);
  const ring = (stepSeconds, length, phase) => {
    const last = Math.floor(now / stepSeconds);
    return Array.from({ length }, (_, index) => {
      const step = last - length + 1 + index;
      const people = Math.round(
        50 + 40 * Math.sin((step * stepSeconds) / (DAY / 6) + phase) + Math.random() * 9,
      );
      return [step * stepSeconds, people, people + Math.round(Math.random() * 100) / 100, people + 2];
    });
  };
  return Array.from({ length: count }, (_, index) => ({
    site: `site-${index}.example.org`,
    since: now - 730 * DAY,
    occupiedAt: now,
    peakToday: { people: 99, at: now },
    peakAllTime: { people: 120, at: now - DAY },
    minutes: ring(MINUTE, 1_440, index),
    hours: ring(HOUR, 720, index),
    days: ring(DAY, 730, index),
  }));
}

/** The CPU time of the process, threads included, and how long its event loop was blocked. The first run is a warm-up. */
async function measure(rounds, signal, save) {
  await save();
  const cpuMs = [];
  const blockedMs = [];
  for (let each = 0; each < rounds; each++) {
    signal.throwIfAborted();
    const delay = monitorEventLoopDelay({ resolution: 1 });
    const before = process.cpuUsage();
    delay.enable();
    await save();
    const { user, system } = process.cpuUsage(before);
    delay.disable();
    cpuMs.push((user + system) / 1_000);
    blockedMs.push(delay.max / 1e6);
  }
  return { cpuMs: round(median(cpuMs)), blockedMs: round(median(blockedMs)) };
}
