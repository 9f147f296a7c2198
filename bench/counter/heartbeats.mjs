/** Every client's turn comes in one of these, so that the heartbeats of thousands of clients need one timer. */
const SLOT_MS = 100;

/**
 * The heartbeats of clients that beat by themselves: each one an interval after it was added, and after its last one.
 *
 * @param {number} intervalMs
 */
export function createHeartbeats(intervalMs) {
  /** @type {Array<Set<{ beat: () => void }>>} */
  const slots = Array.from({ length: Math.max(1, Math.round(intervalMs / SLOT_MS)) }, () => new Set());
  const slotOf = new Map();
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
    add(client) {
      const slot = slots[(current + slots.length - 1) % slots.length];
      slotOf.set(client, slot.add(client));
    },
    /** A client that was added has answered a ping, which is a heartbeat, too. */
    answered(client) {
      if (!slotOf.get(client)?.delete(client)) return;
      this.add(client);
    },
    delete(client) {
      slotOf.get(client)?.delete(client);
      slotOf.delete(client);
    },
  };
}
