/**
 * Lays rows out in columns for a terminal: the first column to the left, the others to the right.
 *
 * @param {string[][]} rows The first one is the heading.
 */
export function table(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const line = (row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column])))
      .join('   ');
  const [head, ...body] = rows.map((row) => `  ${line(row)}`);
  return [head, `  ${'─'.repeat(head.length - 2)}`, ...body].join('\n');
}

/** 1234567 → 1,234,567, in any locale. */
export function grouped(value) {
  return value.toLocaleString('en-US');
}

export function seconds(ms) {
  return `${(ms / 1_000).toFixed(2)} s`;
}

export function millis(ms) {
  return `${grouped(Math.round(ms))} ms`;
}

export function times(ratio) {
  return `${ratio.toFixed(ratio < 10 ? 2 : 1)} ×`;
}
