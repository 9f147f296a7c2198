import { alternate } from '../lib/alternate.mjs';
import { startChild } from '../lib/child.mjs';
import { medianOf, round } from '../lib/stats.mjs';
import { grouped, seconds, table } from '../lib/table.mjs';
import { absoluteFigure, allReached, ratioFigure, verdictTable } from '../lib/verdicts.mjs';
import { startOwnRedis } from './own-redis.mjs';

const RECIPE = new URL('./recipe-server.mjs', import.meta.url);
const OURS = new URL('./our-server.mjs', import.meta.url);
const CLIENTS = new URL('./clients.mjs', import.meta.url);
const SERVERS = 2;

const WARM_UP_CLIENTS = 300;

/** The recipe takes half a minute, and its ratio is far from any noise. */
const RECIPE_ROUNDS = 1;

/** The limits for 2,000 arrivals. */
const N = 2_000;
const LIMITS = { commands: { limit: 60, unit: 'commands' }, cpu: { limit: 0.4, unit: 's' } };
/** 0.4 s of the recipe's 10.4 s: the same limit, on a machine of any speed. */
const CPU_RATIO = { limit: 0.4 / 10.4 };

/** N visitors connect to one site at two servers: ours with two kinds of clients and the recipe in turn. */
export async function measureArrivals({ n, rounds, warmUps, serverOptions, signal, out }) {
  const measure = (module, kind, times) => () =>
    arrive({ module, kind, n, warmUps: times, serverOptions, signal });
  const runs = await alternate({
    rounds,
    sides: {
      stock: { measure: measure(OURS, 'stock', warmUps) },
      own: { measure: measure(OURS, 'own', warmUps) },
      // Without warm-ups: two servers of the recipe may lose a departure for good, and half a minute warms them enough.
      recipe: { measure: measure(RECIPE, 'stock', 0), rounds: RECIPE_ROUNDS },
    },
    report(number, ofRound) {
      const each = Object.entries(ofRound).map(
        ([side, { commands, cpuMs }]) => `${side} ${grouped(commands)} commands, ${seconds(cpuMs)} of CPU`,
      );
      out(`  round ${number}, each server: ${each.join('; ')}`);
    },
  });
  const sides = Object.fromEntries(Object.entries(runs).map(([side, each]) => [side, summary(each)]));
  const figures = n === N ? figuresOf(runs) : [];
  out(`\n${report(sides)}\n`);
  if (figures.length > 0) out(`${verdictTable(figures)}\n`);
  const { byCommand } = runs.stock.at(-1);
  return { n, rounds, warmUps, ...sides, byCommand, figures, pass: n === N ? allReached(figures) : null };
}

function figuresOf(runs) {
  const values = (side, figure) => runs[side].map(figure);
  const cpuSeconds = ({ cpuMs }) => cpuMs / 1_000;
  const name = (what) => `Redis, ${grouped(N)} arrivals at two servers, ${what}`;
  return [
    absoluteFigure(
      { name: name('stock clients: commands'), ...LIMITS.commands },
      values('stock', ({ commands }) => commands),
    ),
    absoluteFigure({ name: name('stock clients: CPU a server'), ...LIMITS.cpu }, values('stock', cpuSeconds)),
    absoluteFigure({ name: name('own client: CPU a server'), ...LIMITS.cpu }, values('own', cpuSeconds)),
    ratioFigure(
      { name: name('stock clients: CPU / recipe'), ...CPU_RATIO },
      values('stock', cpuSeconds),
      values('recipe', cpuSeconds),
    ),
  ];
}

async function arrive({ module, kind, n, warmUps, serverOptions, signal }) {
  // The recipe's work grows with the square of the number of visitors.
  const timeoutMs = 60_000 + n * n * 0.06 + warmUps * 20_000;
  const either = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  const ends = [];
  try {
    const redis = await startOwnRedis(either);
    ends.push(() => redis.end());
    const servers = [];
    for (let i = 0; i < SERVERS; i++) {
      servers.push(await startChild(module, either));
      ends.unshift(() => servers[i].end());
    }
    const clients = await startChild(CLIENTS, either);
    ends.push(() => clients.end());
    const urls = await Promise.all(servers.map((server) => server.call('listen', redis.url, serverOptions)));
    await clients.call('use', kind);
    await clients.call('warmUp', urls, WARM_UP_CLIENTS, warmUps);

    const cpuOfAll = async () => {
      const each = await Promise.all(servers.map((server) => server.call('cpuMs')));
      return each.reduce((sum, cpuMs) => sum + cpuMs, 0);
    };
    const [before, cpuBefore] = [await redis.count(), await cpuOfAll()];
    const received = await clients.call('storm', urls, n);
    const cpuMs = ((await cpuOfAll()) - cpuBefore) / SERVERS;
    return { cpuMs, ...received, ...(await redis.doneSince(before)) };
  } catch (error) {
    signal.throwIfAborted();
    const name = module.pathname.split('/').at(-1);
    const problem = either.aborted ? `did not finish within ${timeoutMs} ms` : error.message;
    throw new Error(`${name}: ${problem}`, { cause: error });
  } finally {
    for (const end of ends) await end();
  }
}

function summary(runs) {
  const figures = ['commands', 'bytesIn', 'bytesOut', 'cpuMs', 'settledMs', 'messages'];
  return Object.fromEntries(figures.map((figure) => [figure, round(medianOf(runs, figure))]));
}

function report({ stock, own, recipe }) {
  const row = (name, figure, format) => [name, ...[stock, own, recipe].map((side) => format(side[figure]))];
  return table([
    [`${SERVERS} servers`, 'ours', 'ours, own client', 'recipe'],
    row('Redis commands', 'commands', grouped),
    row('bytes to Redis', 'bytesIn', grouped),
    row('bytes from Redis', 'bytesOut', grouped),
    row('CPU per server', 'cpuMs', seconds),
    row('until all show the final total', 'settledMs', seconds),
    row('messages received', 'messages', grouped),
  ]);
}
