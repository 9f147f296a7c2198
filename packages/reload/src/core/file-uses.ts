import type { FileUse } from './classify-change.ts';

/** Remembers how pages have used each file that was served. */
export interface FileUses {
  note(path: string, use: 'document' | 'part'): void;
  of(path: string): FileUse;
}

export function createFileUses(): FileUses {
  const uses = new Map<string, 'document' | 'part'>();
  return {
    note(path, use) {
      // Once it was a part of some page, it may still be one.
      if (uses.get(path) !== 'part') uses.set(path, use);
    },
    of: (path) => uses.get(path) ?? 'never',
  };
}
