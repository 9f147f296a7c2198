import { setTimeout as rest } from 'node:timers/promises';
import { alternate } from '../lib/alternate.mjs';
import { checkOpenFiles } from '../lib/open-files.mjs';
import { readNumbers, takeEngine } from '../lib/options.mjs';
import { raceAll } from '../lib/race.mjs';
import { medianOf, round } from '../lib/stats.mjs';
import { grouped, table } from '../lib/table.mjs';
import { allReached, ratioFigure, verdictTable } from '../lib/verdicts.mjs';
import { CLIENTS, OURS, RAW } from './storm.mjs';

const QUIET_MS = 500;
/** Lets timers and buffers of one broadcast settle before the next is measured. */
const REST_MS = 50;
const WANTED = { name: 'broadcast: CPU per message / raw ws', limit: 1.05, goal: 1 };
/** A broadcast during which more than this part of the clients get a ping is measured again. */
const MAX_PING_SHARE = 0.02;

/** One more visitor connects, and the new total is broadcast to N others: a raw `ws` server and ours in turn. */
export async function broadcast({ args: allArgs, signal, out }) {
  const { args, options } = takeEngine(allArgs);
  const { n, rounds, updates } = readNumbers(args, { n: 5_000, rounds: 9, updates: 10 });
  checkOpenFiles(n + 2 * rounds * updates);
  out(
    `One broadcast to ${grouped(n)} idle connections, ${updates} times. ` +
      `Raw ws and ours in turn, ${rounds} rounds, medians.\n`,
  );

  const contest = (server) => ({ server, clients: CLIENTS, options });
  const contests = { raw: contest(RAW), ours: contest(OURS) };
  const timeoutMs = 120_000 + n * updates * rounds * 0.2;
  const runs = await raceAll(contests, { timeoutMs, signal }, async (pairs) => {
    const sides = {};
    for (const [name, pair] of Object.entries(pairs)) {
      const { pingIntervalMs } = await pair.clients.call('storm', pair.url, n, QUIET_MS);
      const pingCpuMs = await measurePing(pair, pingIntervalMs);
      sides[name] = { measure: () => measureBroadcast(pair, { n, updates, pingCpuMs }) };
    }
    return alternate({
      rounds,
      sides,
      report(number, ofRound) {
        const [raw, ours] = [ofRound.raw, ofRound.ours].map((run) => micros(run.cpuUsPerMessage));
        out(`  round ${number}: raw ${raw}, ours ${ours} of CPU per message`);
      },
    });
  });

  const raw = summary(runs.raw);
  const ours = summary(runs.ours);
  const perMessage = (side) => runs[side].map(({ cpuUsPerMessage }) => cpuUsPerMessage);
  const figures = [ratioFigure(WANTED, perMessage('ours'), perMessage('raw'))];
  out(`\n${report(raw, ours)}\n\n${verdictTable(figures)}\n`);
  return { suite: 'broadcast', n, rounds, updates, raw, ours, figures, pass: allReached(figures) };
}

async function measureBroadcast({ server, clients, url, signal }, { n, updates, pingCpuMs }) {
  const sum = { cpuMs: 0, messages: 0, pings: 0 };
  let measured = 0;
  while (measured < updates) {
    await rest(REST_MS, undefined, { signal });
    const before = await server.call('cpuMs');
    const { messages, pings } = await clients.call('arrive', url);
    const cpuMs = (await server.call('cpuMs')) - before;
    if (pings > n * MAX_PING_SHARE) continue;
    measured++;
    sum.cpuMs += cpuMs - pings * pingCpuMs;
    sum.messages += messages;
    sum.pings += pings;
  }
  return { cpuUsPerMessage: (sum.cpuMs * 1_000) / sum.messages, ...sum };
}

/** The server's CPU time for a ping to one idle connection, in ms; 0 without a heartbeat. */
async function measurePing({ server, clients, signal }, pingIntervalMs) {
  if (pingIntervalMs === undefined) return 0;
  const before = { cpuMs: await server.call('cpuMs'), pings: await clients.call('pings') };
  await rest(pingIntervalMs, undefined, { signal });
  const after = { cpuMs: await server.call('cpuMs'), pings: await clients.call('pings') };
  const pings = after.pings - before.pings;
  return pings === 0 ? 0 : (after.cpuMs - before.cpuMs) / pings;
}

function summary(runs) {
  return {
    cpuUsPerMessage: round(medianOf(runs, 'cpuUsPerMessage'), 2),
    messages: medianOf(runs, 'messages'),
  };
}

function report(raw, ours) {
  return table([
    ['', 'raw ws', 'ours'],
    ["server's CPU per message", micros(raw.cpuUsPerMessage), micros(ours.cpuUsPerMessage)],
    ['messages measured', grouped(raw.messages), grouped(ours.messages)],
  ]);
}

function micros(us) {
  return `${us.toFixed(2)} µs`;
}
