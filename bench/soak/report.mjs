import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { grouped, millis, table } from '../lib/table.mjs';
import { verdictTable } from '../lib/verdicts.mjs';
import { soakChart } from './chart.mjs';
import { figuresOf, panelsOf, recoveryRows, slopesOf } from './figures.mjs';
import { drawPng } from './pages.mjs';
import { EXACT_WITHIN_MS } from './rounds.mjs';

/**
 * Compares what a soak has recorded with its limits.
 *
 * @param {object} soak What was recorded, and the options of the soak.
 */
export function judgeRun({ minutes, connections, seed, world, recorder, rounds, surplus, oracle, keys }) {
  const servers = Object.values(world.servers);
  const crashes = servers.flatMap((server) => server.crashes);
  const logs = servers.map(({ name, errors }) => ({ name, lines: errors }));
  const warnings = servers.flatMap((server) => server.warnings.map((line) => `${server.name}: ${line}`));
  const problems = [...world.problems, ...warnings];
  const slopes = slopesOf(recorder.processes);
  const judged = { oracle, rounds, slopes, surplus, keys, crashes, problems };
  const figures = figuresOf({ ...judged, withinMs: EXACT_WITHIN_MS });
  const { totals, processes, scrapes } = recorder;
  return { suite: 'soak', minutes, connections, seed, ...judged, figures, logs, scrapes, totals, processes };
}

/** The lines for the terminal. */
export function describeRun({ oracle, rounds, slopes, surplus, keys, crashes, problems, figures, scrapes }) {
  const ms = (value) => (Number.isFinite(value) ? millis(value) : 'never');
  const rows = recoveryRows(rounds).map(({ kind, times, median, most }) => [
    kind,
    String(times),
    ms(median),
    ms(most),
  ]);
  const details = [
    ...oracle.examples,
    ...crashes,
    ...problems,
    ...keys.map((key) => `left in Redis: ${key}`),
    ...surplus.map(({ role, name, base, now }) => `${role} holds ${now} ${name}, ${base} at the start`),
  ];
  const { joins, departures, lost } = oracle.counters;
  return [
    `\n${table([['exact after a fault', 'times', 'median', 'slowest'], ...rows])}\n`,
    ...details.map((line) => `  ${line}`),
    `\n  ${grouped(oracle.judged)} looks at a server, ${grouped(oracle.stale)} of them with stale totals, ` +
      `${grouped(oracle.stalled)} while a process was stalled; ` +
      `${grouped(joins)} clients came, ${grouped(departures)} left, ${grouped(lost)} connections were lost; ` +
      `${grouped(scrapes.answered)} scrapes of the metrics.`,
    ...(slopes.length === 0
      ? ['  The run is too short for the growth of memory: no process lived for 13 minutes.']
      : []),
    `\n${verdictTable(figures)}\n`,
  ];
}

/**
 * Writes the chart and all samples.
 *
 * @param {ReturnType<typeof judgeRun>} run
 * @param {{ folder: string, browser: boolean }} options Without a browser there is no PNG.
 * @returns {Promise<string>} The path of the chart.
 */
export async function saveRun(run, { folder, browser }) {
  const { minutes, connections, seed, rounds, totals } = run;
  const svg = soakChart({
    title: `Soak of ${minutes} minutes, ${grouped(connections)} connections, seed ${seed}`,
    seconds: Math.max(1, totals.at(-1)?.seconds ?? 1),
    rounds,
    panels: panelsOf(run),
  });
  const path = join(folder, 'soak.svg');
  await mkdir(folder, { recursive: true });
  await writeFile(path, svg);
  await writeFile(join(folder, 'soak.json'), `${JSON.stringify(run)}\n`);
  if (browser) await drawPng(svg, join(folder, 'soak.png'));
  return path;
}
