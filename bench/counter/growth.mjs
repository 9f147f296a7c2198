import { checkOpenFiles } from '../lib/open-files.mjs';
import { readNumbers, takeEngine } from '../lib/options.mjs';
import { medianOf, round } from '../lib/stats.mjs';
import { grouped, seconds, table, times } from '../lib/table.mjs';
import { allReached, ratioFigure, verdictTable } from '../lib/verdicts.mjs';
import { measureStorms, OURS } from './storm.mjs';

const LIMIT = 2.1;
const NAMES = { stock: 'stock clients', own: 'own client' };

/** The storm on ours alone, with N and with 2 N visitors: the cost of an arrival must not grow with their number. */
export async function growth({ args: allArgs, signal, out }) {
  const { args, options } = takeEngine(allArgs);
  const { n, rounds } = readNumbers(args, { n: 2_000, rounds: 5 });
  checkOpenFiles(2 * n);
  const sizes = [n, 2 * n];
  out(`${grouped(n)} visitors connect at once, and ${grouped(2 * n)}. In turn, ${rounds} rounds, medians.\n`);

  const runs = await measureStorms({
    sides: { stock: { server: OURS }, own: { server: OURS, kind: 'own' } },
    ...{ options, sizes, rounds, signal, out },
  });

  const sides = Object.keys(NAMES).map((kind) => {
    const [once, twice] = sizes.map((size) => runs[kind].map((run) => run[size]));
    const name = `storm of ${grouped(2 * n)} / ${grouped(n)}, ${NAMES[kind]}: CPU`;
    const cpu = (each) => each.map(({ cpuMs }) => cpuMs);
    return {
      kind,
      once: summary(once),
      twice: summary(twice),
      figure: ratioFigure({ name, limit: LIMIT }, cpu(twice), cpu(once)),
    };
  });
  const rows = sides.flatMap(({ kind, once, twice, figure }) => [
    [`${NAMES[kind]}: CPU`, seconds(once.cpuMs), seconds(twice.cpuMs), times(figure.value)],
    ['until all show the final total', seconds(once.settledMs), seconds(twice.settledMs), ''],
  ]);
  out(`\n${table([['', grouped(n), grouped(2 * n), 'twice / once'], ...rows])}\n`);
  const figures = sides.map(({ figure }) => figure);
  out(`${verdictTable(figures)}\n`);
  const summaries = Object.fromEntries(sides.map(({ kind, once, twice }) => [kind, { once, twice }]));
  return { suite: 'growth', n, rounds, ...summaries, figures, pass: allReached(figures) };
}

function summary(runs) {
  return { cpuMs: round(medianOf(runs, 'cpuMs')), settledMs: round(medianOf(runs, 'settledMs')) };
}
