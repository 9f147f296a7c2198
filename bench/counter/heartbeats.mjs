/** Every client's turn comes in one of these, so that the heartbeats of thousands of clients need one timer. */
const SLOT_MS = 100;

/**
 * The heartbeats of clients that beat by themselves: each one once per interval, at the phase at which it was added.
 *
 * @param {number} intervalMs
 */
export function createHeartbeats(intervalMs) {
  /** @type {Array<Set<{ beat: () => void }>>} */
  const slots = Array.from({ length: Math.max(1, Math.round(intervalMs / SLOT_MS)) }, () => new Set());
  let current = 0;
  let beats = 0;
  const startedAt = performance.now();
  const timer = setInterval(() => {
    // A late timer makes up for the slots that it has missed.
    const due = Math.floor((performance.now() - startedAt) / SLOT_MS);
    for (; current < due; current++) {
      const slot = slots[current % slots.length];
      for (const client of slot) client.beat();
      beats += slot.size;
    }
  }, SLOT_MS);
  timer.unref();

  return {
    /** How many were sent until now. */
    count: () => beats,
    /** @returns a function that removes it. */
    add(client) {
      const slot = slots[(current + slots.length - 1) % slots.length];
      slot.add(client);
      return () => slot.delete(client);
    },
  };
}
