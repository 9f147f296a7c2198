import { setTimeout as rest } from 'node:timers/promises';
import { alternate } from '../lib/alternate.mjs';
import { BenchError } from '../lib/bench-error.mjs';
import { readNumbers, takeEngine } from '../lib/options.mjs';
import { raceAll } from '../lib/race.mjs';
import { median, round } from '../lib/stats.mjs';
import { table } from '../lib/table.mjs';
import { allReached, ratioFigure, verdictTable } from '../lib/verdicts.mjs';

const SERVER = new URL('./quiet-server.mjs', import.meta.url);
const CLIENTS = new URL('./handshake-clients.mjs', import.meta.url);

/** The bucket of the one address is empty after the first handshake, and gets a token a second. */
const SIDES = { accepted: {}, rejected: { handshakesPerSecondPerAddress: 1, handshakeBurstPerAddress: 1 } };
const LIMIT = 0.8;
/** Until the server has noticed that all clients have left, in ms. */
const SETTLE_MS = 300;

/** Clients connect and leave at once: what a handshake costs that is answered 429, compared with one that is accepted. */
export async function handshakes({ args: allArgs, signal, out }) {
  const { args, options } = takeEngine(allArgs);
  const { n, rounds } = readNumbers(args, { n: 3_000, rounds: 7 });
  const contests = Object.fromEntries(
    Object.entries(SIDES).map(([side, more]) => [
      side,
      { server: SERVER, clients: CLIENTS, options: { ...options, ...more } },
    ]),
  );
  const runs = await raceAll(contests, { timeoutMs: 600_000, signal }, async (pairs) => {
    const measure = async (side) => {
      const { server, clients, url } = pairs[side];
      const before = await server.call('cpuMs');
      const accepted = await clients.call('flood', url, n);
      if (side === 'accepted' ? accepted < n : accepted > n / 10) {
        throw new BenchError(`${accepted} of ${n} handshakes were accepted (${side})`);
      }
      await rest(SETTLE_MS);
      return (((await server.call('cpuMs')) - before) / n) * 1_000;
    };
    // New processes compile their code first.
    for (const side of Object.keys(SIDES)) for (let time = 0; time < 3; time++) await measure(side);
    return alternate({
      rounds,
      sides: Object.fromEntries(Object.keys(SIDES).map((side) => [side, { measure: () => measure(side) }])),
      report: (number, { accepted, rejected }) =>
        out(`  round ${number}: accepted ${round(accepted)} µs, rejected ${round(rejected)} µs`),
    });
  });
  const costs = Object.fromEntries(Object.entries(runs).map(([side, each]) => [side, round(median(each))]));
  out(
    `\n${table([['a handshake', 'CPU of the server'], ...Object.entries(costs).map(([side, us]) => [side, `${us} µs`])])}\n`,
  );
  const name = 'a handshake answered 429 / an accepted one that leaves: CPU';
  const figures = [ratioFigure({ name, limit: LIMIT }, runs.rejected, runs.accepted)];
  out(`${verdictTable(figures)}\n`);
  return { suite: 'handshakes', n, rounds, costs, figures, pass: allReached(figures) };
}
