/** The figures of the reload bench that have a limit. */
import { median } from '../lib/stats.mjs';
import { absoluteFigure, ratioFigure } from '../lib/verdicts.mjs';

const OURS = 'ours, in place';
const BY_RELOAD = 'ours, by reload';
/** Tolerance: how many times as long as the fastest peer a reload may take. */
const NOISE = 1.1;

/**
 * @typedef {object} Measured
 * @property {Map<string, object[]>} rounds The times of every save, in ms, of each round of each tool that ran.
 * @property {Record<string, { unstyled: number, updates: Record<string, number> }>} sides
 * @property {{ readyMs: number, memoryMb: number }} large Ours on the large project.
 * @property {number} firstByteMs
 * @property {number} backMs
 *
 * @param {Measured} measured
 * @returns {import('../lib/verdicts.mjs').Figure[]}
 */
export function figuresOf({ rounds, sides, large, firstByteMs, backMs }) {
  const { unstyled, updates } = sides[OURS];
  const times = (side, kind) => rounds.get(side).map((figures) => median(figures[kind]));
  const ms = (name, limit, values, goal) =>
    absoluteFigure({ name, limit, unit: 'ms', ...(goal !== undefined && { goal }) }, values);
  const ratio = (wanted, kind, reference, side = OURS) =>
    ratioFigure(wanted, times(side, kind), times(reference, kind));
  const peers = [...rounds.keys()].filter((name) => !name.startsWith('ours') && name !== 'recipe');
  const text = (name) => median(times(name, 'text'));
  const fastest = peers.toSorted((a, b) => text(a) - text(b))[0];
  const compared = (peer, build) => (rounds.get(peer)?.every(({ css }) => css.length > 0) ? [build()] : []);

  return [
    ms('save to new text, in place', 10, times(OURS, 'text')),
    ...compared(fastest, () =>
      ratio({ name: `save to new text, in place / ${fastest}`, limit: 1 }, 'text', fastest),
    ),
    ms('save to new text, by reload', 75, times(BY_RELOAD, 'text')),
    ...compared(fastest, () =>
      ratio({ name: `save to new text, by reload / ${fastest}`, limit: NOISE }, 'text', fastest, BY_RELOAD),
    ),
    ms('save to new styles', 9, times(OURS, 'css')),
    ...compared('vite', () => ratio({ name: 'save to new styles / vite', limit: 1 }, 'css', 'vite')),
    // Bun publishes a file at once, also when it is half written.
    ...compared('bun', () => ratio({ name: 'save to new styles / bun', limit: 2.5, goal: 1 }, 'css', 'bun')),
    absoluteFigure({ name: 'unstyled frames', limit: 0, unit: 'frames' }, [unstyled]),
    absoluteFigure({ name: 'most updates for one save', limit: 1, unit: 'updates' }, [
      Math.max(...Object.values(updates)),
    ]),
    ms('a large project is ready', 1_000, [large.readyMs]),
    absoluteFigure({ name: 'memory for a large project', limit: 75, unit: 'MB' }, [large.memoryMb]),
    ms('first byte through the proxy, later than without', 10, [firstByteMs]),
    ms('reload after a return', 100, [backMs]),
  ];
}
