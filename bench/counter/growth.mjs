import { checkOpenFiles } from '../lib/open-files.mjs';
import { readNumbers } from '../lib/options.mjs';
import { medianOf, round } from '../lib/stats.mjs';
import { grouped, seconds, table, times } from '../lib/table.mjs';
import { measureStorm, OURS } from './storm.mjs';

const MAX_RATIO = 2.3;

/** The storm on ours alone, with N and with 2 N visitors: the cost of an arrival must not grow with their number. */
export async function growth({ args, signal, out }) {
  const { n, rounds } = readNumbers(args, { n: 2_000, rounds: 3 });
  checkOpenFiles(2 * n);
  out(`${grouped(n)} visitors connect at once, and ${grouped(2 * n)}. In turn, ${rounds} rounds, medians.\n`);

  const runs = { once: [], twice: [] };
  for (let i = 1; i <= rounds; i++) {
    runs.once.push(await measureStorm(OURS, n, signal));
    runs.twice.push(await measureStorm(OURS, 2 * n, signal));
    const [once, twice] = [runs.once.at(-1), runs.twice.at(-1)].map(({ cpuMs }) => seconds(cpuMs));
    out(`  round ${i}: ${once} and ${twice} of CPU`);
  }

  const [once, twice] = [summary(runs.once), summary(runs.twice)];
  const ratio = { cpu: round(twice.cpuMs / once.cpuMs, 2) };
  const pass = ratio.cpu <= MAX_RATIO;
  out(
    `\n${table([
      ['', grouped(n), grouped(2 * n), 'twice / once'],
      ["server's CPU", seconds(once.cpuMs), seconds(twice.cpuMs), times(ratio.cpu)],
      ['until all show the final total', seconds(once.settledMs), seconds(twice.settledMs), ''],
    ])}\n`,
  );
  const found = pass ? 'Reached: at most' : 'MISSED: twice the visitors must cost at most';
  out(`  ${found} ${MAX_RATIO} times the CPU.\n`);
  return { suite: 'growth', n, rounds, once, twice, ratio, pass };
}

function summary(runs) {
  return { cpuMs: round(medianOf(runs, 'cpuMs')), settledMs: round(medianOf(runs, 'settledMs')) };
}
