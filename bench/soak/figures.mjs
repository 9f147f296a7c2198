/** Turns what a soak has recorded into figures with limits, and into the panels of its chart. */
import { median } from '../lib/stats.mjs';
import { absoluteFigure } from '../lib/verdicts.mjs';
import { slopeOf } from './slope.mjs';

const MB = 1e6;
const MAX_SLOPE_MB = 1;
/** V8 lets a heap grow to its working size at first. */
const WARM_UP_MINUTES = 5;
/** A shorter life says nothing about a slope. */
const JUDGED_MINUTES = 8;
/** Looks while a process was stalled allow stale totals. With more of them, a run shows too little. */
const MAX_STALLED_PERCENT = 90;

/**
 * The growth of memory of each process that lived long enough, after its warm-up.
 *
 * @param {import('./recorder.mjs').Recorder['processes']} samples
 * @returns {Array<{ role: string, minutes: number, heap: number, rss: number }>} In MB a minute.
 */
export function slopesOf(samples) {
  /** @type {Map<number, typeof samples>} */
  const lives = new Map();
  for (const sample of samples) {
    if (!lives.has(sample.pid)) lives.set(sample.pid, []);
    lives.get(sample.pid).push(sample);
  }
  return [...lives.values()].flatMap((life) => {
    const begin = life[0].seconds + WARM_UP_MINUTES * 60;
    const judged = life.filter(({ seconds }) => seconds >= begin);
    const minutes = judged.length === 0 ? 0 : (judged.at(-1).seconds - judged[0].seconds) / 60;
    if (minutes < JUDGED_MINUTES) return [];
    const slope = (figure) =>
      slopeOf(
        judged.map(({ seconds, connections, ...rest }) => ({
          minutes: seconds / 60,
          connections,
          value: rest[figure] / MB,
        })),
      );
    return [{ role: life[0].role, minutes, heap: slope('heapUsed'), rss: slope('rss') }];
  });
}

/**
 * @param {object} run
 * @returns {import('../lib/verdicts.mjs').Figure[]}
 */
export function figuresOf({ oracle, rounds, slopes, surplus, keys, crashes, problems, withinMs }) {
  const count = (name, value, unit) => absoluteFigure({ name: `soak: ${name}`, limit: 0, unit }, [value]);
  const exact = rounds.map(({ exactMs }) => exactMs).filter((ms) => ms !== undefined);
  return [
    count('totals that count a member twice', oracle.double, 'samples'),
    count('totals that are too low and not marked', oracle.wrong, 'samples'),
    count('stale totals without a fault', oracle.staleWithoutFault, 'samples'),
    ...(exact.length === 0
      ? []
      : [
          absoluteFigure({ name: 'soak: exact after a fault, slowest', limit: withinMs / 1_000, unit: 's' }, [
            Math.max(...exact) / 1_000,
          ]),
        ]),
    count('a run without a fault', rounds.length === 0 ? 1 : 0, 'runs'),
    absoluteFigure(
      { name: 'soak: looks while a process was stalled', limit: MAX_STALLED_PERCENT, unit: '%' },
      [oracle.judged === 0 ? 100 : (100 * oracle.stalled) / oracle.judged],
    ),
    count('faults without an exact total afterwards', rounds.length - exact.length, 'faults'),
    ...slopes.flatMap(({ role, heap, rss }) => [
      absoluteFigure({ name: `soak: growth of the heap, ${role}`, limit: MAX_SLOPE_MB, unit: 'MB/min' }, [
        heap,
      ]),
      absoluteFigure({ name: `soak: growth of the RSS, ${role}`, limit: MAX_SLOPE_MB, unit: 'MB/min' }, [
        rss,
      ]),
    ]),
    count('timers, handles, listeners and descriptors left after the drain', surplus.length, 'kinds'),
    count('Redis keys left after the end', keys.length, 'keys'),
    count('servers that ended by themselves', crashes.length, 'servers'),
    count('other problems', problems.length, 'problems'),
  ];
}

/** How long it took to be exact again, by the kind of the fault. */
export function recoveryRows(rounds) {
  const kinds = new Map();
  for (const { faults, exactMs } of rounds) {
    const kind = faults.length > 1 ? 'two at once' : faults[0].kind;
    kinds.set(kind, [...(kinds.get(kind) ?? []), exactMs ?? Infinity]);
  }
  return [...kinds].map(([kind, times]) => ({
    kind,
    times: times.length,
    median: median(times),
    most: Math.max(...times),
  }));
}

/** @param {import('./recorder.mjs').Recorder} recorder */
export function panelsOf({ totals, processes }) {
  const names = Object.keys(totals[0]?.servers ?? {});
  const roles = [...new Set(processes.map(({ role }) => role))].sort();
  const lines = (figure) => roles.map((role) => ({ name: role, points: pointsOf(role, processes, figure) }));
  return [
    {
      title: 'Clients, and the highest total that any client of a server shows',
      lines: [
        { name: 'clients', points: totals.map(({ seconds, clients }) => [seconds, clients]) },
        ...names.map((name) => ({
          name: `total at ${name}`,
          points: totals.map(({ seconds, servers }) => [
            seconds,
            servers[name].clients === 0 ? null : servers[name].most,
          ]),
        })),
      ],
    },
    {
      title: 'Clients with a stale total, in %',
      lines: names.map((name) => ({
        name: `at ${name}`,
        points: totals.map(({ seconds, servers }) => [
          seconds,
          servers[name].clients === 0 ? null : (100 * servers[name].stale) / servers[name].clients,
        ]),
      })),
    },
    { title: 'JavaScript heap after garbage collection, MB', lines: lines(({ heapUsed }) => heapUsed / MB) },
    { title: 'Resident set size, MB', lines: lines(({ rss }) => rss / MB) },
  ];
}

/** The line has a gap where one process has replaced another. */
function pointsOf(role, processes, figure) {
  const samples = processes.filter((sample) => sample.role === role);
  return samples.flatMap((sample, index) => {
    const point = [sample.seconds, figure(sample)];
    const isNew = index > 0 && samples[index - 1].pid !== sample.pid;
    return isNew ? [[sample.seconds, null], point] : [point];
  });
}
