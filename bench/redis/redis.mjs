import { checkOpenFiles } from '../lib/open-files.mjs';
import { readNumbers, takeEngine } from '../lib/options.mjs';
import { grouped } from '../lib/table.mjs';
import { measureArrivals } from './arrivals.mjs';
import { measureTicks } from './ticks.mjs';

/** What several servers cost each other: arrivals compared with the recipe, changes on many sites, and silence. */
export async function redis({ args: allArgs, signal, out }) {
  const { args, options: serverOptions } = takeEngine(allArgs);
  const defaults = { n: 2_000, rounds: 3, 'warm-ups': 5, sites: 10_000, ticks: 5, 'idle-seconds': 5 };
  const mayBeZero = ['warm-ups', 'rounds', 'ticks'];
  const options = readNumbers(args, defaults, mayBeZero);
  const { n, rounds, 'warm-ups': warmUps, sites, ticks, 'idle-seconds': idleSeconds } = options;
  checkOpenFiles(n);

  let arrivals = null;
  if (rounds > 0) {
    out(
      `${grouped(n)} visitors connect to one site at two servers. Ours and the recipe in turn, medians of ${rounds}.\n`,
    );
    arrivals = await measureArrivals({ n, rounds, warmUps, serverOptions, signal, out });
  }
  let runs = null;
  if (ticks > 0) {
    out(`Stores alone: every server changes its count of every site, ${ticks} times, then none does.`);
    const siteCounts = [Math.ceil(sites / 10), sites];
    runs = await measureTicks({ siteCounts, ticks, idleSeconds, signal, out });
  }
  const { figures, pass } = arrivals ?? { figures: [], pass: null };
  return { suite: 'redis', arrivals, runs, figures, pass };
}
