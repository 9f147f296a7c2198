import { setTimeout as rest } from 'node:timers/promises';
import { BenchError } from '../lib/bench-error.mjs';
import { checkOpenFiles } from '../lib/open-files.mjs';
import { readNumbers } from '../lib/options.mjs';
import { race } from '../lib/race.mjs';
import { medianOf, round } from '../lib/stats.mjs';
import { grouped, millis, table, times } from '../lib/table.mjs';
import { absoluteFigure, allReached, verdictTable } from '../lib/verdicts.mjs';
import { OURS, RECIPE } from './storm.mjs';

const CLIENTS = new URL('./churning-clients.mjs', import.meta.url);

/** Measuring starts later than the changes: the rule needs a second of history, and hot code has to be compiled. */
const LEAD_MS = 3_000;
/** With the load of ours, the recipe would be overloaded. It gets this part of the load, for this long. */
const RECIPE_SHARE = 1 / 50;
const RECIPE_MS = 3_000;

const LAG = { name: 'churn: lag of totals, p99', limit: 200, unit: 'ms' };
const LOOP_DELAY = { name: 'churn: event loop delay, p99', limit: 50, unit: 'ms' };

/** Visitors connect and disconnect all the time: how old are the totals that clients show, and does the server keep up? */
export async function churn({ args, signal, out }) {
  const { n, rate, seconds, rounds } = readNumbers(args, { n: 1_000, rate: 500, seconds: 10, rounds: 3 });
  if (rate > n)
    throw new BenchError(`--rate must be at most --n, or there are no visitors left to disconnect.`);
  checkOpenFiles(n + rate);
  const recipeRate = Math.max(1, Math.round(rate * RECIPE_SHARE));
  out(
    `${grouped(n)} visitors on one site; each second ${grouped(rate)} connect and ${grouped(rate)} disconnect, for ${seconds} s. ` +
      `The recipe gets ${recipeRate} and ${recipeRate}. In turn, ${rounds} rounds, medians.\n`,
  );

  const runs = { recipe: [], ours: [] };
  for (let i = 1; i <= rounds; i++) {
    runs.recipe.push(await measureChurn(RECIPE, { n, rate: recipeRate, ms: RECIPE_MS }, signal));
    runs.ours.push(await measureChurn(OURS, { n, rate, ms: seconds * 1_000 }, signal));
    const { lagMs, loopDelayMs } = runs.ours.at(-1);
    out(
      `  round ${i}: ours has a lag of ${millis(lagMs.p99)}, its event loop ${loopDelayMs.toFixed(1)} ms (p99)`,
    );
  }

  const recipe = summary(runs.recipe);
  const ours = {
    ...summary(runs.ours),
    lagMs: {
      p50: medianOfLag(runs.ours, 'p50'),
      p99: medianOfLag(runs.ours, 'p99'),
      max: medianOfLag(runs.ours, 'max'),
      uncertainty: medianOfLag(runs.ours, 'uncertainty'),
    },
    firstTotalMs: { p99: round(medianOf(runs.ours, 'firstTotalMs')) },
  };
  const ratio = { cpu: round(recipe.cpuMsPerChange / ours.cpuMsPerChange, 2) };
  const figures = [
    absoluteFigure(
      LAG,
      runs.ours.map(({ lagMs }) => lagMs.p99),
    ),
    absoluteFigure(
      LOOP_DELAY,
      runs.ours.map(({ loopDelayMs }) => loopDelayMs),
    ),
  ];
  out(`\n${report(recipe, ours, ratio)}\n\n${verdictTable(figures)}\n`);
  return {
    suite: 'churn',
    n,
    rate,
    seconds,
    rounds,
    recipe: { rate: recipeRate, ...recipe },
    ours,
    ratio,
    figures,
    pass: allReached(figures),
  };
}

async function measureChurn(server, { n, rate, ms }, signal) {
  // The recipe takes long to fill: its work grows with the square of the number of visitors.
  const timeoutMs = 30_000 + n * n * 0.03 + LEAD_MS + 3 * ms;
  return race({ server, clients: CLIENTS, timeoutMs, signal }, async ({ server, clients, url, signal }) => {
    await clients.call('gather', url, n);
    await clients.call('churn', url, rate);
    await rest(LEAD_MS, undefined, { signal });
    await server.call('watchLoop');
    const before = await server.call('cpuMs');
    const seen = await clients.call('watch', ms);
    const cpuMs = (await server.call('cpuMs')) - before;
    const loopDelayMs = await server.call('loopDelayMs', 0.99);
    await clients.call('settle');
    const lagMs = await clients.call('lag');
    return { ...seen, cpuMsPerChange: cpuMs / seen.changes, core: cpuMs / ms, loopDelayMs, lagMs };
  });
}

function medianOfLag(runs, figure) {
  return medianOf(
    runs.map(({ lagMs }) => lagMs),
    figure,
  );
}

function summary(runs) {
  return {
    changes: medianOf(runs, 'changes'),
    messages: medianOf(runs, 'messages'),
    cpuMsPerChange: round(medianOf(runs, 'cpuMsPerChange'), 3),
    core: round(medianOf(runs, 'core'), 2),
    loopDelayMs: round(medianOf(runs, 'loopDelayMs'), 1),
  };
}

function report(recipe, ours, ratio) {
  const both = (name, format, by = '') => [name, format(recipe), format(ours), by];
  const alone = (name, text) => [name, '', text, ''];
  return table([
    ['', 'recipe', 'ours', 'recipe / ours'],
    both('arrivals and departures', ({ changes }) => grouped(changes)),
    both(
      "server's CPU for each of them",
      ({ cpuMsPerChange }) => `${cpuMsPerChange.toFixed(2)} ms`,
      times(ratio.cpu),
    ),
    both("server's load", ({ core }) => `${Math.round(core * 100)} % of a core`),
    both('event loop delay, p99', ({ loopDelayMs }) => `${loopDelayMs.toFixed(1)} ms`),
    alone('lag, median', millis(ours.lagMs.p50)),
    alone('lag, p99', millis(ours.lagMs.p99)),
    alone('lag, maximum', millis(ours.lagMs.max)),
    alone('visitors the rule is uncertain by', grouped(ours.lagMs.uncertainty)),
    alone('first total, p99', millis(ours.firstTotalMs.p99)),
  ]);
}
