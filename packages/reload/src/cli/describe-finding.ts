import { escapeControls } from '@live-online/internal/escape-controls';
import { paint } from '@live-online/internal/command-line/output';
import type { Finding } from '../doctor/finding.ts';

const INDENT = ' '.repeat(9);

/** A finding of `--doctor`: one line, and one for what to do. */
export function describeFinding({ state, text, advice }: Finding): string {
  const label = { ok: 'ok', note: 'note', problem: 'PROBLEM' }[state].padEnd(INDENT.length);
  const first = `${state === 'ok' ? paint('dim', label) : paint('yellow', label)}${escapeControls(text)}`;
  return advice === undefined ? first : `${first}\n${INDENT}→ ${escapeControls(advice)}`;
}

/** The last line of `--doctor`. */
export function describeDiagnosis(problems: number): string {
  if (problems > 0) return `\n${problems === 1 ? '1 problem' : `${problems} problems`} found.`;
  return '\nNo problem found. If a save still does nothing, check that the browser shows the URL that the tool prints.';
}
