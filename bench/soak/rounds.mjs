import { setTimeout as rest } from 'node:timers/promises';
import { inflict } from './faults.mjs';
import { REDIS, roundsOf } from './schedule.mjs';

/** How many clients a second connect or leave until their number is right. */
const RATE = 200;
/** How soon after a fault every client shows the exact total: a lease, an eviction, and the reconnections of all clients. */
export const EXACT_WITHIN_MS = 25_000;
/** On the clock on the wall. A machine that is this slow ends the soak. */
const GIVE_UP_MS = 180_000;
/**
 * For so long the total has to stay exact. A server notices only after a moment that it was stopped or cut off, and evicts one
 * that has ended within 2.5 s; until then its clients may show the right total of before.
 */
const HOLD_MS = 4_000;
const POLL_MS = 200;
/** A return that takes longer is described. */
const SLOW_MS = 10_000;

/**
 * Runs the rounds of a seed until the time is over: churn, one or two faults, and then no change until every client shows the
 * exact total.
 *
 * @param {import('./schedule.mjs').Round} plan
 * @returns {Promise<object[]>} What happened in each round.
 */
export async function runRounds(world, recorder, { connections, seed, minutes, signal, out }) {
  const done = [];
  const until = recorder.seconds + minutes * 60;
  const canJump = world.clockFile !== undefined;
  if (!canJump) out('  libfaketime is missing: no clock jumps in this run\n');
  for (const round of roundsOf({ connections, seed, minutes, canJump })) {
    if (recorder.seconds > until) break;
    signal.throwIfAborted();
    const result = await runRound(world, recorder, round, connections + round.more);
    done.push(result);
    out(describe(result));
  }
  return done;
}

async function runRound(world, recorder, round, connections) {
  const { clients } = world;
  await clients.call('pace', connections, RATE, round.churnPerSecond);
  await rest(round.calmMs);
  const what = round.faults.map(nameOf).join(' + ');
  await clients.call(
    'fault',
    what,
    round.faults.map(({ target }) => target),
  );
  const from = recorder.seconds;
  await clients.call('move', round.moves);
  await Promise.all(
    round.faults.map(async (fault) => {
      const heal = await inflict(fault, world);
      await rest(fault.ms);
      await heal();
    }),
  );
  // A server that has ended by itself is in the report; the others go on.
  const ended = Object.values(world.servers).filter(({ pids }) => pids.length === 0);
  await Promise.all(ended.map((server) => server.start()));
  const to = recorder.seconds;
  await clients.call('healed');
  await clients.call('pause');
  const recovered = await untilExact(clients);
  await clients.call('exact');
  if (recovered.exactMs === undefined)
    world.problems.push(`${what}: not exact, ${JSON.stringify(recovered.state)}`);
  return {
    index: round.index,
    what,
    faults: round.faults,
    from,
    to,
    exactAt: to + recovered.wallMs / 1_000,
    ...recovered,
  };
}

/**
 * Waits until every client is connected and shows the exact total, and goes on to do so.
 *
 * @returns {Promise<{ exactMs?: number, wallMs: number, state?: object, last?: object }>} How long it took until the total was
 *   exact, on the fair clock and on that on the wall; the last state of the clients before; their state if it never was.
 */
async function untilExact(clients) {
  const startedAt = performance.now();
  const { fairMs: startedFairMs } = await clients.call('settled');
  let since;
  let last;
  for (;;) {
    const state = await clients.call('settled');
    const wallMs = Math.round(performance.now() - startedAt);
    if (!state.isExact) [since, last] = [undefined, state];
    else since ??= { fairMs: state.fairMs, wallMs };
    if (since !== undefined && state.fairMs - since.fairMs >= HOLD_MS) {
      // What waited for a CPU is subtracted a moment later.
      return { exactMs: Math.max(0, Math.round(since.fairMs - startedFairMs)), wallMs: since.wallMs, last };
    }
    if (wallMs > GIVE_UP_MS) return { state, wallMs };
    await rest(POLL_MS);
  }
}

/** Connects all clients. */
export async function fill({ clients }, connections) {
  await clients.call('pace', connections, RATE, 0);
  while ((await clients.call('settled')).total < connections) await rest(POLL_MS);
  const result = await untilExact(clients);
  await clients.call('exact');
  return result;
}

export async function empty({ clients }) {
  await clients.call('pace', 0, 2 * RATE, 0);
  while ((await clients.call('settled')).total > 0) await rest(POLL_MS);
  await clients.call('pause');
}

function nameOf({ kind, target }) {
  return target === REDIS ? kind : `${kind} ${target}`;
}

function describe({ index, what, from, to, exactMs, wallMs, state, last }) {
  const waited = exactMs > SLOW_MS ? `; the last: ${JSON.stringify(last)}` : '';
  const end =
    state === undefined
      ? `exact after ${exactMs} ms (${wallMs} ms on the clock)${waited}`
      : `NOT EXACT: ${JSON.stringify(state)}`;
  return `  ${String(Math.round(from)).padStart(5)} s  ${String(index + 1).padStart(3)}. ${what}, ${(to - from).toFixed(1)} s: ${end}`;
}
