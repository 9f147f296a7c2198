import type { FileUse } from './classify-change.ts';

/** Records how pages have used each file that was served. */
export interface FileUses {
  record(path: string, use: 'document' | 'part'): void;
  of(path: string): FileUse;
}

export function createFileUses(): FileUses {
  const uses = new Map<string, 'document' | 'part'>();
  return {
    record(path, use) {
      // A file that was a part of a page may still be one.
      if (uses.get(path) !== 'part') uses.set(path, use);
    },
    of: (path) => uses.get(path) ?? 'never',
  };
}
