import { escapeControls } from '@live-online/internal/escape-controls';
import type { CommandReport, UpdateReport } from '../events.ts';

/** Names the changed files on one line. */
export function describeFiles(files: readonly string[]): string {
  const names = files.map(escapeControls).sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
  if (names.length === 0) return 'all files';
  if (names.length <= 2) return names.join(' and ');
  return `${names[0]!} and ${names.length - 1} more`;
}

/** What the open pages did, on one line. */
export function describePages({ pages, applied }: UpdateReport): string {
  const parts: string[] = [];
  if (pages.reload > 0) parts.push(`reloaded ${count(pages.reload)}`);
  if (pages.apply > 0) {
    const what = applied.map((part) => ({ css: 'styles', images: 'images', html: 'HTML' })[part]).join(', ');
    parts.push(`${what} replaced in ${count(pages.apply)}`);
  }
  if (parts.length > 0) return parts.join(', ');
  return pages.none > 0 ? 'no open page uses it' : 'no page is open';
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
