import { setTimeout as rest } from 'node:timers/promises';
import { checkOpenFiles } from '../lib/open-files.mjs';
import { readNumbers } from '../lib/options.mjs';
import { race } from '../lib/race.mjs';
import { medianOf, round } from '../lib/stats.mjs';
import { grouped, table, times } from '../lib/table.mjs';
import { CLIENTS, OURS } from './storm.mjs';

const RAW = new URL('./raw-server.mjs', import.meta.url);

const QUIET_MS = 500;
/** Lets timers and buffers of one broadcast settle before the next is measured. */
const REST_MS = 50;
const MAX_RATIO = 1.15;
/** A broadcast during which more than this part of the clients get a ping is measured again. */
const MAX_PING_SHARE = 0.02;

/** One more visitor connects, and the new total is broadcast to N others: a raw `ws` server and ours in turn. */
export async function broadcast({ args, signal, out }) {
  const { n, rounds, updates } = readNumbers(args, { n: 5_000, rounds: 3, updates: 30 });
  checkOpenFiles(n + 2 * updates);
  out(
    `One broadcast to ${grouped(n)} idle connections, ${updates} times. ` +
      `Raw ws and ours in turn, ${rounds} rounds, medians.\n`,
  );

  const runs = { raw: [], ours: [] };
  for (let i = 1; i <= rounds; i++) {
    runs.raw.push(await measureBroadcast(RAW, n, updates, signal));
    runs.ours.push(await measureBroadcast(OURS, n, updates, signal));
    const [raw, ours] = [runs.raw.at(-1), runs.ours.at(-1)].map((run) => micros(run.cpuUsPerMessage));
    out(`  round ${i}: raw ${raw}, ours ${ours} of CPU per message`);
  }

  const raw = summary(runs.raw);
  const ours = summary(runs.ours);
  const ratio = { cpu: round(ours.cpuUsPerMessage / raw.cpuUsPerMessage, 3) };
  const pass = ratio.cpu <= MAX_RATIO;
  out(`\n${report(raw, ours, ratio)}\n`);
  const found = pass ? 'Reached: at most' : 'MISSED: ours may take at most';
  out(`  ${found} ${MAX_RATIO} times the CPU of raw ws.\n`);
  return { suite: 'broadcast', n, rounds, updates, raw, ours, ratio, pass };
}

async function measureBroadcast(server, n, updates, signal) {
  const timeoutMs = 60_000 + n * updates * 0.2;
  return race({ server, clients: CLIENTS, timeoutMs, signal }, async (on) => {
    const { server, clients, url } = on;
    const { pingIntervalMs } = await clients.call('storm', url, n, QUIET_MS);
    const pingCpuMs = await measurePing(on, pingIntervalMs);

    const sum = { cpuMs: 0, messages: 0, pings: 0 };
    let measured = 0;
    while (measured < updates) {
      await rest(REST_MS, undefined, { signal: on.signal });
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
  });
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

function report(raw, ours, ratio) {
  return table([
    ['', 'raw ws', 'ours', 'ours / raw ws'],
    ["server's CPU per message", micros(raw.cpuUsPerMessage), micros(ours.cpuUsPerMessage), times(ratio.cpu)],
    ['messages measured', grouped(raw.messages), grouped(ours.messages), ''],
  ]);
}

function micros(us) {
  return `${us.toFixed(2)} µs`;
}
