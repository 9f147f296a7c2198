import { escapeControls } from '@live-online/internal/escape-controls';
import { describeOutcome } from '../describe-outcome.ts';
import type { CommandReport, SkippedReport, UpdateReport } from '../events.ts';

/** Names the changed files on one line. */
export function describeFiles(files: readonly string[]): string {
  const names = files.map(escapeControls).sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
  if (names.length === 0) return 'all files';
  if (names.length <= 2) return names.join(' and ');
  return `${names[0]!} and ${names.length - 1} more`;
}

/** What the open pages do, and why, on one line. */
export function describePages(report: UpdateReport | SkippedReport): string {
  const { text, reason } = describeOutcome(report);
  return reason === undefined ? text : `${text}: ${escapeControls(reason)}`;
}

/** How a command has ended. */
export function describeCommand({ state, durationMs = 0, code, signal }: CommandReport): string {
  if (state === 'started') return 'started';
  const took = `(${(durationMs / 1_000).toFixed(1)} s)`;
  if (state === 'succeeded') return `succeeded ${took}`;
  if (state === 'superseded') return 'ended for a newer change';
  return `${signal ? `ended by ${signal}` : `failed with exit code ${code ?? 'none'}`} ${took}`;
}
