/**
 * The figures that have a limit: ratios of ours to a reference in the same run, or absolute ones.
 *
 * @typedef {object} Figure
 * @property {string} name What is compared, such as `storm, N=1,000, stock clients: CPU / raw ws`.
 * @property {number} value The median. Smaller is better.
 * @property {number} lowest Of all rounds.
 * @property {number} highest Of all rounds.
 * @property {number} limit The highest value that is good enough.
 * @property {number} [goal] A better value than the limit.
 * @property {string} [unit] Of an absolute figure; a ratio has none.
 * @property {'reached' | 'missed'} verdict Compared with the limit.
 * @property {boolean} [isGoalReached]
 */
import { median, round } from './stats.mjs';
import { table } from './table.mjs';

/** A smaller ratio is shown as `1/12`. */
const SMALL_RATIO = 0.15;
const DIGITS = 4;

/**
 * Compares ours with a reference that was measured in the same rounds. The result is the median of the ratios of each round,
 * because a slow minute of the machine affects both sides of a round. Their range shows how noisy the machine was.
 *
 * @param {{ name: string, limit: number, goal?: number }} wanted
 * @param {number[]} ours One value for each round.
 * @param {number[]} reference The same, or fewer if the reference ran in the first rounds only.
 * @returns {Figure}
 */
export function ratioFigure(wanted, ours, reference) {
  const ratios = ours.map((value, index) => value / (reference[index] ?? reference.at(-1)));
  return figure(wanted, ratios);
}

/**
 * @param {{ name: string, limit: number, goal?: number, unit: string }} wanted
 * @param {number[]} values One for each round.
 * @returns {Figure}
 */
export function absoluteFigure(wanted, values) {
  return figure(wanted, values);
}

function figure(wanted, values) {
  const { limit, goal } = wanted;
  const value = median(values);
  return {
    ...wanted,
    value: round(value, DIGITS),
    lowest: round(Math.min(...values), DIGITS),
    highest: round(Math.max(...values), DIGITS),
    verdict: value <= limit ? 'reached' : 'missed',
    ...(goal !== undefined && { isGoalReached: value <= goal }),
  };
}

/** @param {Figure[]} figures At least one. */
export function allReached(figures) {
  return figures.every(({ verdict }) => verdict === 'reached');
}

/**
 * A table for the terminal.
 *
 * @param {Figure[]} figures
 */
export function verdictTable(figures) {
  return table([
    ['', 'measured', 'rounds', 'limit', 'goal', 'verdict'],
    ...figures.map((each) => {
      const { name, value, lowest, highest, limit, goal, verdict, isGoalReached, unit } = each;
      const shown = (amount) => showAmount(amount, unit);
      return [
        name,
        shown(value),
        `${shown(lowest)} … ${shown(highest)}`,
        `≤ ${shown(limit)}`,
        goal === undefined ? '' : `≤ ${shown(goal)}`,
        `${verdict === 'missed' ? 'MISSED' : verdict}${isGoalReached ? ', goal too' : ''}`,
      ];
    }),
  ]);
}

/** `1.12`, `1/16` for a small ratio, or `0.35 s`. */
export function showAmount(amount, unit) {
  if (unit !== undefined) return `${Number(amount.toPrecision(3))} ${unit}`;
  if (amount > 0 && amount < SMALL_RATIO) return `1/${Number((1 / amount).toPrecision(3))}`;
  return amount.toFixed(2);
}
