/** One result of `--doctor`. */
export interface Finding {
  check:
    | 'watching'
    | 'port'
    | 'https'
    | 'backend'
    | 'page'
    | 'browser'
    | 'caching'
    | 'policy'
    | 'worker'
    | 'files';
  /** A `note` can be the cause of what the user sees, and is no problem by itself. */
  state: 'ok' | 'note' | 'problem';
  text: string;
  /** What to do about it. */
  advice?: string;
}

/** The findings of one check. */
export const ok = (check: Finding['check'], text: string): Finding => ({ check, state: 'ok', text });
export const note = (check: Finding['check'], text: string, advice?: string): Finding => ({
  check,
  state: 'note',
  text,
  ...(advice !== undefined && { advice }),
});
export const problem = (check: Finding['check'], text: string, advice: string): Finding => ({
  check,
  state: 'problem',
  text,
  advice,
});

/** Names the first of several things, and counts the others. */
export function listFirst(names: readonly string[]): string {
  const [first = '', ...others] = names;
  return others.length === 0 ? first : `${first} and ${others.length} more`;
}
