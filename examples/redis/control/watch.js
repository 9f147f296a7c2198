const HISTORY_SAMPLES = 300;
const MAX_EVENTS = 40;
/** Shorter than this, a server that says another number has just not been told yet. */
const LATE_MS = 600;

/**
 * Looks at everything a few times a second: how many pages there really are, and what each server says.
 *
 * @typedef {ReturnType<typeof createWatch>} Watch
 *
 * @param {object} on
 * @param {Map<string, { unit: import('../run/unit.js').Unit, word?: { total: number, stale: boolean, pages: number }, at: number }>} on.servers
 * @param {import('../run/unit.js').Unit} on.redis
 * @param {ReturnType<typeof import('./visitors.js').createVisitors>} on.visitors
 */
export function createWatch({ servers, redis, visitors }) {
  /** @type {{ at: number, real: number, says: (number | null)[] }[]} */
  const history = [];
  /** @type {{ at: number, kind: 'order' | 'end' | 'right', text: string, short?: string }[]} */
  const events = [];
  const listeners = new Set();
  let wrongSince;

  /** @param {string} [short] The same where there is little room. */
  function note(kind, text, short) {
    const event = { at: Date.now(), kind, text, short };
    events.push(event);
    if (events.length > MAX_EVENTS) events.shift();
    for (const listener of listeners) listener(event);
  }

  function judge(now, real, says) {
    const isRight = says.every((total) => total === null || total === real);
    if (!isRight) wrongSince ??= now;
    else if (wrongSince !== undefined) {
      const lateMs = now - wrongSince;
      wrongSince = undefined;
      if (lateMs < LATE_MS || events.length === 0) return;
      note('right', `Every server says ${real}, after ${(lateMs / 1_000).toFixed(1)} s`);
    }
  }

  return {
    history,
    events,
    note,
    onEvent: (listener) => void listeners.add(listener),
    /** @param {number} tabs How many browser tabs are open. */
    look(tabs) {
      const now = Date.now();
      const real = tabs + visitors.count;
      const states = [...servers.values()].map(({ unit, word, at }) => ({
        name: unit.name,
        state: unit.state,
        pid: unit.pid ?? null,
        total: word?.total ?? null,
        stale: word?.stale ?? false,
        pages: word?.pages ?? null,
        silentMs: now - at,
      }));
      const says = states.map(({ state, total }) =>
        state === 'running' || state === 'draining' ? total : null,
      );
      judge(now, real, says);
      history.push({ at: now, real, says });
      if (history.length > HISTORY_SAMPLES) history.shift();
      return {
        at: now,
        real,
        says,
        tabs,
        visitors: { count: visitors.count, connected: visitors.connected },
        servers: states,
        redis: { state: redis.state, pid: redis.pid ?? null },
      };
    },
  };
}
