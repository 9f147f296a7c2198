import { setTimeout as rest } from 'node:timers/promises';
import { openFilesOf } from './processes.mjs';
import { rolesOf } from './recorder.mjs';

/** Probes write every 3 to 6 s; a connection may close for 2 s, and a bucket stays subscribed for a minute. */
const DRAIN_TIMEOUT_MS = 90_000;
const POLL_MS = 1_000;
/** Snapshots of servers that were killed expire after six leases of 8 s. */
const KEYS_TIMEOUT_MS = 60_000;
/** The history outlives the servers. */
const HISTORY_KEY = /:\{b\d+\}:texts$/;

/** What each process holds while no client is connected, by its role. */
export async function takeBase(recorder, servers) {
  const from = Date.now();
  const until = performance.now() + DRAIN_TIMEOUT_MS;
  for (;;) {
    const all = rolesOf(servers).map(({ role, pid }) => ({ role, pid, probe: recorder.readProbe(pid) }));
    // The second one, because what a start leaves to the garbage collection is gone by then.
    if (all.every(({ probe }) => probe !== undefined && probe.at > from + 6_000)) {
      return Object.fromEntries(all.map(({ role, pid, probe }) => [role, held(probe, pid)]));
    }
    if (performance.now() > until) throw new Error('the servers do not answer while they are idle');
    await rest(POLL_MS);
  }
}

/**
 * Waits until each process has held no more than at the start, of each kind at any moment: a command to Redis has a timer, too,
 * while it runs.
 *
 * @returns {Promise<Array<{ role: string, name: string, base: number, now: number }>>} Of what they have always held more.
 */
export async function waitForBase(recorder, servers, base) {
  const from = Date.now();
  const until = performance.now() + DRAIN_TIMEOUT_MS;
  /** The fewest of each kind, by the role. */
  const fewest = {};
  for (;;) {
    const roles = rolesOf(servers);
    for (const { role, pid } of roles) {
      const probe = recorder.readProbe(pid);
      if (probe !== undefined && probe.at > from) fewest[role] = leastOf(fewest[role], held(probe, pid));
    }
    const isKnown = roles.every(({ role }) => fewest[role] !== undefined);
    const surplus = roles.flatMap(({ role }) => compare(role, base[role] ?? {}, fewest[role] ?? {}));
    if (isKnown && surplus.length === 0) return [];
    if (performance.now() > until)
      return isKnown ? surplus : [{ role: 'all', name: 'no answer', base: 0, now: 0 }];
    await rest(POLL_MS);
  }
}

/** What is missing now is 0. */
function leastOf(before, now) {
  if (before === undefined) return now;
  return Object.fromEntries(
    Object.entries(before).map(([name, count]) => [name, Math.min(count, now[name] ?? 0)]),
  );
}

function held({ resources, listeners }, pid) {
  return { ...resources, listeners, files: openFilesOf(pid) };
}

function compare(role, base, now) {
  return Object.entries(now)
    .filter(([name, count]) => count > (base[name] ?? 0))
    .map(([name, count]) => ({ role, name, base: base[name] ?? 0, now: count }));
}

/** Waits until Redis holds nothing but the history. Returns the names of the other keys. */
export async function waitForKeys(redis) {
  const until = performance.now() + KEYS_TIMEOUT_MS;
  for (;;) {
    const keys = (await redis.keys()).filter((key) => !HISTORY_KEY.test(key));
    if (keys.length === 0 || performance.now() > until) return keys;
    await rest(POLL_MS);
  }
}
