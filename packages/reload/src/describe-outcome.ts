import type { SkippedReport, UpdateReport } from './events.ts';

/** What an update has made the open pages do, in the words of the terminal and of the status page. */
export interface Outcome {
  /** Such as `swapped in 2 pages (13 ms)`. */
  text: string;
  reason?: string;
}

/** What the open pages do about an update, and why. [R30] */
export function describeOutcome(report: UpdateReport | SkippedReport): Outcome {
  if (!('pages' in report)) return { text: 'nothing', reason: report.reason };
  const { pages, applied, reason, durationMs } = report;
  const parts: string[] = [];
  if (pages.apply > 0) {
    const ways = new Set(applied.map((part) => (part === 'html' ? 'morphed' : 'swapped')));
    parts.push(`${[...ways].join(' and ')} in ${count(pages.apply)}`);
  }
  if (pages.reload > 0) parts.push(`reloads ${count(pages.reload)}`);
  if (parts.length === 0) {
    return pages.none > 0 ? { text: 'nothing', reason: 'no open page uses it' } : { text: 'no page is open' };
  }
  const duration = durationMs === undefined ? '' : ` (${Math.round(durationMs)} ms)`;
  return { text: parts.join(', ') + duration, ...(reason !== undefined && { reason }) };
}

function count(pages: number): string {
  return pages === 1 ? '1 page' : `${pages} pages`;
}
