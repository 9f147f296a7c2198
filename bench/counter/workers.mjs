import { availableParallelism } from 'node:os';
import { BenchError } from '../lib/bench-error.mjs';
import { checkOpenFiles } from '../lib/open-files.mjs';
import { readNumbers, takeEngine } from '../lib/options.mjs';
import { medianOf, round } from '../lib/stats.mjs';
import { grouped, millis, seconds, table, times } from '../lib/table.mjs';
import { allReached, ratioFigure, verdictTable } from '../lib/verdicts.mjs';
import { measureStorms, OURS, WARM_UP } from './storm.mjs';

const WORKERS_SERVER = new URL('./workers-server.mjs', import.meta.url);

/** How many workers each side has. 0 is one process without a primary. */
const SIDES = { 'one process': 0, '1 worker': 1, '2 workers': 2, '4 workers': 4 };

/** The highest ratios to one process. */
const LIMITS = {
  '1 worker': { cpu: 1.15, messages: 1.3 },
  '2 workers': { cpu: 1.25, messages: 1.3 },
};

/** N visitors connect to one site at once: at one process, and at one, two and four workers. */
export async function workers({ args: allArgs, signal, out }) {
  if (process.platform !== 'linux') {
    throw new BenchError('This benchmark reads the CPU time of workers from /proc, which only Linux has.');
  }
  const { args, options } = takeEngine(allArgs);
  const read = readNumbers(args, { n: 4_000, rounds: 3, 'warm-ups': 15 }, ['warm-ups']);
  const { n, rounds, 'warm-ups': warmUps } = read;
  checkOpenFiles(n);
  const cores = availableParallelism();
  out(`${grouped(n)} visitors connect to one site at once, on ${cores} cores. In turn, medians.\n`);

  const measured = await measureStorms({
    sides: Object.fromEntries(Object.entries(SIDES).map(([side, count]) => [side, sideOf(count)])),
    options,
    sizes: [n],
    rounds,
    warmUps,
    signal,
    out,
  });
  const runs = Object.fromEntries(
    Object.entries(measured).map(([side, each]) => [side, each.map((bySize) => bySize[n])]),
  );

  const storms = Object.keys(SIDES).map((side) => ({ side, ...summary(runs[side], n) }));
  out(`\n${report(storms)}\n`);
  const figures = [...costFigures(runs, n), ...rateFigures(runs, cores)];
  out(`${verdictTable(figures)}\n`);
  if (cores < 3) out('  Arrivals per second can rise from 3 cores on: one is for the clients.\n');
  return { suite: 'workers', n, rounds, warmUps, cores, storms, figures, pass: allReached(figures) };
}

function sideOf(count) {
  if (count === 0) return { server: OURS };
  // Every process has to compile its code.
  return { server: WORKERS_SERVER, options: { workers: count }, warmUpClients: count * WARM_UP.clients };
}

function summary(runs, n) {
  const settledMs = medianOf(runs, 'settledMs');
  return {
    cpuMs: round(medianOf(runs, 'cpuMs')),
    messages: medianOf(runs, 'messages'),
    settledMs: round(settledMs),
    arrivalsPerSecond: round((n / settledMs) * 1_000),
    firstTotalP99Ms: round(
      medianOf(
        runs.map(({ firstTotalMs }) => firstTotalMs),
        'p99',
      ),
    ),
    clientsCpuMs: round(medianOf(runs, 'clientsCpuMs')),
  };
}

function report(storms) {
  const [one] = storms;
  const row = (name, cell) => [name, ...storms.map(cell)];
  return table([
    row('', ({ side }) => side),
    row('CPU of all server processes', ({ cpuMs }) => seconds(cpuMs)),
    row('messages received', ({ messages }) => grouped(messages)),
    row('until all show the final total', ({ settledMs }) => seconds(settledMs)),
    row('arrivals per second', ({ arrivalsPerSecond }) => grouped(arrivalsPerSecond)),
    row('  to one process', ({ settledMs }) => times(one.settledMs / settledMs)),
    row('first total, p99', ({ firstTotalP99Ms }) => millis(firstTotalP99Ms)),
    row("all clients' CPU", ({ clientsCpuMs }) => seconds(clientsCpuMs)),
  ]);
}

function costFigures(runs, n) {
  const values = (side, figure) => runs[side].map((run) => run[figure]);
  return Object.entries(LIMITS).flatMap(([side, { cpu, messages }]) => {
    const name = `storm of ${grouped(n)}, ${side} / one process`;
    return [
      ratioFigure(
        { name: `${name}: CPU`, limit: cpu },
        values(side, 'cpuMs'),
        values('one process', 'cpuMs'),
      ),
      ratioFigure(
        { name: `${name}: messages`, limit: messages },
        values(side, 'messages'),
        values('one process', 'messages'),
      ),
    ];
  });
}

/** More workers take less time, as long as each of them has a core and one is left for the clients. */
function rateFigures(runs, cores) {
  const sides = Object.entries(SIDES).filter(([, count]) => count > 0 && count < cores);
  return sides.slice(1).map(([side], index) => {
    const [fewer] = sides[index];
    const settled = (which) => runs[which].map(({ settledMs }) => settledMs);
    return ratioFigure(
      { name: `time for a storm, ${side} / ${fewer}`, limit: 0.95 },
      settled(side),
      settled(fewer),
    );
  });
}
