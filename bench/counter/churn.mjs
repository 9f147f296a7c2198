import { setTimeout as rest } from 'node:timers/promises';
import { BenchError } from '../lib/bench-error.mjs';
import { checkOpenFiles } from '../lib/open-files.mjs';
import { readNumbers } from '../lib/options.mjs';
import { race } from '../lib/race.mjs';
import { medianOf, round } from '../lib/stats.mjs';
import { grouped, millis, table, times } from '../lib/table.mjs';
import { OURS, RECIPE } from './storm.mjs';

const CLIENTS = new URL('./churning-clients.mjs', import.meta.url);

/** Nothing is measured before: the rule looks back a second, and hot code is to be compiled. */
const LEAD_MS = 3_000;
/** The recipe would drown in what ours is given, and nothing could be measured. Its share, and for how long. */
const RECIPE_SHARE = 1 / 50;
const RECIPE_MS = 3_000;

const MAX_LAG_MS = 200;
const MAX_LOOP_DELAY_MS = 50;

/** People come and go all the time: how far behind is what everybody sees, and does the server keep up? */
export async function churn({ args, signal, out }) {
  const { n, rate, seconds, rounds } = readNumbers(args, { n: 1_000, rate: 500, seconds: 10, rounds: 3 });
  if (rate > n) throw new BenchError(`--rate must be at most --n, or there is nobody left to leave.`);
  checkOpenFiles(n + rate);
  const recipeRate = Math.max(1, Math.round(rate * RECIPE_SHARE));
  out(
    `${grouped(n)} people on one site; ${grouped(rate)} come and ${grouped(rate)} go each second, for ${seconds} s. ` +
      `The recipe gets ${recipeRate} and ${recipeRate}. In turn, ${rounds} rounds, medians.\n`,
  );

  const runs = { recipe: [], ours: [] };
  for (let i = 1; i <= rounds; i++) {
    runs.recipe.push(await measureChurn(RECIPE, { n, rate: recipeRate, ms: RECIPE_MS }, signal));
    runs.ours.push(await measureChurn(OURS, { n, rate, ms: seconds * 1_000 }, signal));
    const { lagMs, loopDelayMs } = runs.ours.at(-1);
    out(`  round ${i}: ours ${millis(lagMs.p99)} behind, its loop ${loopDelayMs.toFixed(1)} ms (p99)`);
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
  const pass = ours.lagMs.p99 <= MAX_LAG_MS && ours.loopDelayMs < MAX_LOOP_DELAY_MS;
  out(`\n${report(recipe, ours, ratio)}\n`);
  const found = pass ? 'Reached:' : 'MISSED: wanted is';
  out(`  ${found} at most ${MAX_LAG_MS} ms behind, and a loop delay under ${MAX_LOOP_DELAY_MS} ms.\n`);
  return {
    suite: 'churn',
    n,
    rate,
    seconds,
    rounds,
    recipe: { rate: recipeRate, ...recipe },
    ours,
    ratio,
    pass,
  };
}

async function measureChurn(server, { n, rate, ms }, signal) {
  // The recipe's crowd takes long to gather: its work grows with the square of the crowd.
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
    alone('behind the rule, median', millis(ours.lagMs.p50)),
    alone('behind the rule, p99', millis(ours.lagMs.p99)),
    alone('behind the rule, at most', millis(ours.lagMs.max)),
    alone('people the rule is uncertain by', grouped(ours.lagMs.uncertainty)),
    alone("a newcomer's first total, p99", millis(ours.firstTotalMs.p99)),
  ]);
}
