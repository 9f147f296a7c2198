/** A connection that closes so soon after its start says nothing about the process: the port may be a forwarder's. */
const MIN_AGE_MS = 50;
/** Servers wait longer for a request, in ms. A younger connection closes with its process, even if others stay open. */
const SHORTEST_IDLE_MS = 1_000;
/** How many connections that close at the same moment are an exit, although others stay open. */
const MANY = 3;
/** Servers that look for idle connections at an interval may close two of them at once, if their ages differ by less. */
const SPREAD_MS = 600;
/** Closings that are this near to the known idle timeout are expected. */
const IDLE_SHARE = 0.9;

export interface Closings {
  /** The ages of the idle connections that the backend closed at the same moment without a byte, in ms. */
  closedMs: readonly number[];
  /** How many idle connections it has left open. */
  open: number;
  /** The idle timeout of the backend, as far as known, in ms. */
  idleMs: number;
}

/**
 * Whether closed connections mean that a process of the backend has ended. An idle timeout closes connections one by one,
 * each at the same age. An exit closes all of them at once, whatever their ages; those of a process that has taken the port
 * before stay open, as do those that the old one has not accepted yet where both share a port.
 */
export function isExit({ closedMs, open, idleMs }: Closings): boolean {
  if (open === 0) return Math.max(...closedMs) >= MIN_AGE_MS;
  if (
    closedMs.some((ageMs) => ageMs >= MIN_AGE_MS && ageMs < Math.min(idleMs, SHORTEST_IDLE_MS) * IDLE_SHARE)
  )
    return true;
  const early = closedMs.filter((ageMs) => ageMs < idleMs * IDLE_SHARE);
  return early.length >= MANY || Math.max(...early) - Math.min(...early) >= SPREAD_MS;
}
