/** The table of the README: every saved figure that has a limit. */
import { showAmount } from '../lib/verdicts.mjs';

const HEADING = ['measured', 'median', 'all rounds', 'limit', 'result'];
/** The order in which the README shows the benchmarks; others follow. */
const ORDER = ['storm', 'growth', 'broadcast', 'idle', 'churn', 'redis', 'workers', 'crowd', 'reload'];

/**
 * @param {import('./results.mjs').Saved[]} results
 * @returns {string} Markdown; empty without figures.
 */
export function figuresTable(results) {
  const rows = inOrder(results).flatMap(({ figures = [] }) => figures.map(rowOf));
  return rows.length === 0 ? '' : markdownTable([HEADING, ...rows]);
}

/**
 * Names the machines that have measured the results.
 *
 * @param {import('./results.mjs').Saved[]} results
 * @returns {string} Such as `AMD EPYC, 2 cores, 24 GiB, Node 20.20.2, linux x64, 2026-11-29`.
 */
export function machinesOf(results) {
  const texts = results.map(({ machine, date }) => {
    const { cpu, cores, memoryGib, node, platform } = machine;
    return `${cpu}, ${cores} cores, ${memoryGib} GiB, Node ${node}, ${platform}, ${date}`;
  });
  return [...new Set(texts)].join('; ');
}

function inOrder(results) {
  const place = ({ suite }) => (ORDER.includes(suite) ? ORDER.indexOf(suite) : ORDER.length);
  return results.toSorted((a, b) => place(a) - place(b));
}

function rowOf({ name, value, lowest, highest, limit, verdict, unit }) {
  const shown = (amount) => showAmount(amount, unit);
  const range = lowest === highest ? shown(value) : `${shown(lowest)} – ${shown(highest)}`;
  return [name, shown(value), range, `≤ ${shown(limit)}`, verdict];
}

/** Pads the cells as the formatter does, so that formatting changes nothing. */
function markdownTable(rows) {
  const widths = rows[0].map((_, column) => Math.max(3, ...rows.map((row) => row[column].length)));
  const line = (cells) => `| ${cells.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`;
  const [head, ...body] = rows;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('\n');
}
