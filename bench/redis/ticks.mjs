import { setTimeout as rest } from 'node:timers/promises';
import { startChild } from '../lib/child.mjs';
import { median, percentile, round } from '../lib/stats.mjs';
import { grouped, millis, table } from '../lib/table.mjs';
import { startOwnRedis } from './own-redis.mjs';

const DRIVER = new URL('./store-driver.mjs', import.meta.url);
const SERVERS = [2, 4, 8];
const WARM_UP_TICKS = 3;
const TIMEOUT_MS = 240_000;

/** The cost of one change on every site of every server, and of no changes. */
export async function measureTicks({ siteCounts, ticks, idleSeconds, signal, out }) {
  const runs = [];
  for (const sites of siteCounts) {
    for (const servers of SERVERS) {
      const run = await measure({ servers, sites, ticks, idleSeconds, signal });
      runs.push(run);
      const { cpuMs, agreementMs } = run.tick;
      out(`  ${nameOf(run)}: ${cpuMs} ms of CPU per server, all agree after ${millis(agreementMs.p50)}`);
    }
  }
  out(`\n${report(runs)}\n`);
  out(`${idleReport(runs)}\n`);
  return runs;
}

async function measure({ servers, sites, ticks, idleSeconds, signal }) {
  const either = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
  const ends = [];
  try {
    const redis = await startOwnRedis(either);
    ends.push(() => redis.end());
    const drivers = await Promise.all(Array.from({ length: servers }, () => startChild(DRIVER, either)));
    ends.unshift(() => Promise.all(drivers.map((driver) => driver.end())));
    await Promise.all(drivers.map((driver) => driver.call('open', redis.url, sites)));
    const cpuOfAll = async () => {
      const each = await Promise.all(drivers.map((driver) => driver.call('cpuMs')));
      return each.reduce((sum, cpuMs) => sum + cpuMs, 0);
    };
    let count = 0;
    const tick = async () => {
      count++;
      const startedAt = performance.timeOrigin + performance.now();
      const others = (servers - 1) * count;
      const agreedAt = await Promise.all(drivers.map((driver) => driver.call('report', count, others)));
      return Math.max(...agreedAt) - startedAt;
    };
    for (let i = 0; i < WARM_UP_TICKS; i++) await tick();

    const agreementMs = [];
    let [before, cpuBefore] = [await redis.count(), await cpuOfAll()];
    for (let i = 0; i < ticks; i++) agreementMs.push(await tick());
    const cpuMs = ((await cpuOfAll()) - cpuBefore) / servers / ticks;
    const done = await redis.doneSince(before);

    // The acknowledgements of the last tick are over.
    await rest(1_000, undefined, { signal: either });
    [before, cpuBefore] = [await redis.count(), await cpuOfAll()];
    await rest(idleSeconds * 1_000, undefined, { signal: either });
    const idleCpuMs = ((await cpuOfAll()) - cpuBefore) / servers / idleSeconds;
    const idleDone = await redis.doneSince(before);
    await Promise.all(drivers.map((driver) => driver.call('close')));

    const perServer = ({ commands, bytesIn, bytesOut }, times) => ({
      commands: round(commands / servers / times, 1),
      bytesIn: round(bytesIn / servers / times),
      bytesOut: round(bytesOut / servers / times),
    });
    return {
      servers,
      sites,
      tick: {
        cpuMs: round(cpuMs, 1),
        ...perServer(done, ticks),
        byCommand: done.byCommand,
        agreementMs: { p50: round(median(agreementMs)), p99: round(percentile(agreementMs, 0.99)) },
      },
      idleSecond: { cpuMs: round(idleCpuMs, 1), ...perServer(idleDone, idleSeconds) },
    };
  } catch (error) {
    signal.throwIfAborted();
    if (!either.aborted) throw error;
    throw new Error(`${servers} servers with ${sites} sites did not finish within ${TIMEOUT_MS} ms`, {
      cause: error,
    });
  } finally {
    for (const end of ends) await end();
  }
}

function nameOf({ servers, sites }) {
  return `${servers} servers, ${grouped(sites)} sites`;
}

function report(runs) {
  return table([
    [
      'one change on every site, per server',
      'CPU',
      'commands',
      'bytes out',
      'bytes in',
      'all agree after',
      'p99',
    ],
    ...runs.map(({ tick, ...run }) => [
      nameOf(run),
      `${tick.cpuMs.toFixed(1)} ms`,
      tick.commands.toFixed(1),
      grouped(tick.bytesIn),
      grouped(tick.bytesOut),
      millis(tick.agreementMs.p50),
      millis(tick.agreementMs.p99),
    ]),
  ]);
}

function idleReport(runs) {
  return table([
    ['a second without changes, per server', 'CPU', 'commands', 'bytes out', 'bytes in'],
    ...runs.map(({ idleSecond, ...run }) => [
      nameOf(run),
      `${idleSecond.cpuMs.toFixed(1)} ms`,
      idleSecond.commands.toFixed(1),
      grouped(idleSecond.bytesIn),
      grouped(idleSecond.bytesOut),
    ]),
  ]);
}
