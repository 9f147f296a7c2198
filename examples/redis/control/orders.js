/** What each order is called once it is carried out. */
const DEEDS = {
  kill: (name) => `${name} killed with kill -9`,
  freeze: (name) => `${name} frozen where it stands`,
  thaw: (name) => `${name} thawed`,
  drain: (name) => `${name} asked to drain and end`,
  start: (name) => `${name} started again`,
};
const MAX_AT_ONCE = 100;
const MAX_VISITORS = 1_000;

/**
 * What the page may ask for; everything else is ignored.
 *
 * @param {object} on
 * @param {Map<string, import('../run/unit.js').Unit>} on.units Whom orders may name.
 * @param {ReturnType<typeof import('./visitors.js').createVisitors>} on.visitors
 * @param {import('./watch.js').Watch} on.watch
 */
export function createOrders({ units, visitors, watch }) {
  return (order) => {
    const { do: deed, to, count } = order ?? {};
    if (deed === 'visitors') return setVisitors(count);
    const unit = units.get(to);
    if (!unit || !Object.hasOwn(DEEDS, deed)) return;
    const before = `${unit.state} ${unit.pid}`;
    unit[deed]();
    // What is dead already is gone a moment later: a kill has happened once it was asked for.
    if (deed === 'kill' ? unit.pid !== undefined : before !== `${unit.state} ${unit.pid}`) {
      watch.note('order', DEEDS[deed](title(to)), `${deed} ${to}`);
    }
  };

  function setVisitors(count) {
    if (!Number.isSafeInteger(count) || Math.abs(count) > MAX_AT_ONCE) return;
    const wanted = Math.min(count, MAX_VISITORS - visitors.count);
    if (wanted > 0) {
      visitors.add(wanted);
      watch.note('order', `${wanted} more pages opened`, `+${wanted}`);
    } else if (count < 0 && visitors.count > 0) {
      const leaving = Math.min(-count, visitors.count);
      visitors.remove(leaving);
      watch.note('order', `${leaving} pages closed`, `−${leaving}`);
    }
  }
}

/** What a unit is called in a sentence. */
export function title(name) {
  return name === 'redis' ? 'Redis' : `Server ${name}`;
}
