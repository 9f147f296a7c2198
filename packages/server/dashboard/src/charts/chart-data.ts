import type { HistoryAnswer, Sample } from '../data/shapes.ts';

/** Columns as uPlot takes them. Where samples are missing, the values are `null` and the line has a gap. */
export type ChartColumns = [
  times: number[],
  mean: (number | null)[],
  min: (number | null)[],
  max: (number | null)[],
];

/** Past this many steps without a sample the line has a gap. */
const GAP_STEPS = 1.5;

export interface LivePoint {
  /** In seconds since the epoch. */
  time: number;
  people: number;
}

/** @param live the newest numbers, oldest first. They replace the samples of their time. */
export function chartColumns(
  { samples, stepSeconds }: HistoryAnswer,
  live: readonly LivePoint[],
): ChartColumns {
  const columns: ChartColumns = [[], [], [], []];
  const begin = live[0]?.time ?? Infinity;
  const first = samples[0]?.[0] ?? -Infinity;
  const all = [
    ...samples.filter(([time]) => time < begin),
    ...live
      .filter(({ time }) => time > first)
      .map(({ time, people }): Sample => [time, people, people, people]),
  ];
  for (const [index, [time, min, mean, max]] of all.entries()) {
    const before = all[index - 1]?.[0];
    if (before !== undefined && time - before > GAP_STEPS * stepSeconds) {
      push(columns, before + stepSeconds, null, null, null);
    }
    push(columns, time, mean, min, max);
  }
  return columns;
}

function push(columns: ChartColumns, time: number, ...[mean, min, max]: (number | null)[]): void {
  columns[0].push(time);
  columns[1].push(mean!);
  columns[2].push(min!);
  columns[3].push(max!);
}

/** The part of a span that a zoom by `factor` around its middle shows, within `whole`. */
export function zoomSpan(
  span: readonly [number, number],
  whole: readonly [number, number],
  factor: number,
): [number, number] {
  const middle = (span[0] + span[1]) / 2;
  const half = ((span[1] - span[0]) / 2) * factor;
  return [Math.max(whole[0], middle - half), Math.min(whole[1], middle + half)];
}

/** One sentence for screen readers. */
export function describeChart({ samples }: HistoryAnswer, rangeLabel: string): string {
  if (samples.length === 0) return `No samples of ${rangeLabel}.`;
  const least = samples.reduce((low, [, min]) => Math.min(low, min), Infinity);
  const most = samples.reduce((high, [, , , max]) => Math.max(high, max), 0);
  return `People in ${rangeLabel}: between ${Math.round(least)} and ${Math.round(most)}. The table view has all figures.`;
}
