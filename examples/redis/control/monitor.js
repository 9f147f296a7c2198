const HISTORY_LENGTH = 300;
const MAX_EVENTS = 40;
/** A total that differs for a shorter time only waits for the next update. */
const UPDATE_MS = 600;

/**
 * Compares the totals of the servers with the number of pages that are really open.
 *
 * @typedef {ReturnType<typeof createMonitor>} Monitor
 * @typedef {import('../../common/managed-process.js').ManagedProcess} ManagedProcess
 * @typedef {{ process: ManagedProcess, report?: { total: number, stale: boolean, connections: number } }} Server
 *
 * @param {Server[]} servers With the last report of each.
 * @param {ManagedProcess} redis
 * @param {ReturnType<typeof import('./visitors.js').createVisitors>} visitors
 */
export function createMonitor(servers, redis, visitors) {
  /** @type {{ at: number, open: number, totals: (number | null)[] }[]} Of the last minute. */
  const history = [];
  /** @type {{ at: number, kind: 'action' | 'end' | 'right', text: string, label?: string }[]} */
  const events = [];
  let wrongSince;

  const monitor = {
    history,
    events,
    onEvent: (_event) => {},

    /** @param {string} [label] A short text for the chart. */
    log(kind, text, label) {
      const event = { at: Date.now(), kind, text, label };
      events.push(event);
      if (events.length > MAX_EVENTS) events.shift();
      monitor.onEvent(event);
    },

    /** @param {number} tabs How many browser tabs are open. */
    sample(tabs) {
      const open = tabs + visitors.count();
      const processes = [...servers, { process: redis }].map(({ process: { state, pid }, report }) => {
        return { ...(state !== 'dead' && report), state, pid };
      });
      // A frozen server sends no reports.
      const totals = processes
        .slice(0, servers.length)
        .map(({ state, total }) => (state === 'frozen' ? null : (total ?? null)));
      const sample = { at: Date.now(), open, totals };
      compare(sample);
      history.push(sample);
      if (history.length > HISTORY_LENGTH) history.shift();
      return { ...sample, tabs, visitors: visitors.count(), connected: visitors.connected(), processes };
    },
  };

  function compare({ at, open, totals }) {
    const isRight = totals.every((total) => total === null || total === open);
    if (!isRight) wrongSince ??= at;
    else if (wrongSince !== undefined) {
      const wrongMs = at - wrongSince;
      wrongSince = undefined;
      if (wrongMs < UPDATE_MS || events.length === 0) return;
      monitor.log('right', `All totals are right (${open}), after ${(wrongMs / 1_000).toFixed(1)} s`);
    }
  }

  return monitor;
}
