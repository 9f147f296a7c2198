import { escapeControls } from '@live-online/internal/escape-controls';
import type { CommandReport, UpdateReport } from '../events.ts';

/** Names the changed files on one line. */
export function describeFiles(files: readonly string[]): string {
  const names = files.map(escapeControls).sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
  if (names.length === 0) return 'all files';
  if (names.length <= 2) return names.join(' and ');
  return `${names[0]!} and ${names.length - 1} more`;
}

/** What the open pages do, and why, on one line. */
export function describePages({ pages, applied, reason, durationMs }: UpdateReport): string {
  const parts: string[] = [];
  if (pages.apply > 0) {
    const ways = new Set(applied.map((part) => (part === 'html' ? 'morphed' : 'swapped')));
    parts.push(`${[...ways].join(' and ')} in ${count(pages.apply)}`);
  }
  if (pages.reload > 0) parts.push(`reloads ${count(pages.reload)}`);
  if (parts.length === 0) return pages.none > 0 ? 'nothing: no open page uses it' : 'no page is open';
  const duration = durationMs === undefined ? '' : ` (${Math.round(durationMs)} ms)`;
  const why = reason === undefined ? '' : `: ${escapeControls(reason)}`;
  return `${parts.join(', ')}${duration}${why}`;
}

/** How a command has ended. */
export function describeCommand({ state, durationMs = 0, code, signal }: CommandReport): string {
  if (state === 'started') return 'started';
  const took = `(${(durationMs / 1_000).toFixed(1)} s)`;
  if (state === 'succeeded') return `succeeded ${took}`;
  if (state === 'superseded') return 'ended for a newer change';
  return `${signal ? `ended by ${signal}` : `failed with exit code ${code ?? 'none'}`} ${took}`;
}

function count(pages: number): string {
  return pages === 1 ? '1 page' : `${pages} pages`;
}
