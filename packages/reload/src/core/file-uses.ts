import type { FileUse } from './classify-change.ts';

/** Records what pages have requested, and how they have used each file that was served. */
export interface FileUses {
  /** A file was served. */
  record(path: string, use: 'document' | 'part'): void;
  /** A file was looked for, whether it exists or not. */
  recordRequest(path: string): void;
  /** The names in a folder were listed. */
  recordListing(folder: string): void;
  of(path: string): FileUse;
}

/** How many paths that were only looked for are remembered. After that, pages may have requested any file. */
const MAX_REQUESTED = 10_000;

export function createFileUses(maxRequested: number = MAX_REQUESTED): FileUses {
  const uses = new Map<string, 'document' | 'part'>();
  const requested = new Set<string>();
  const listed = new Set<string>();
  return {
    record(path, use) {
      // A file that was a part of a page may still be one.
      if (uses.get(path) !== 'part') uses.set(path, use);
      requested.delete(path);
    },
    recordRequest(path) {
      if (!uses.has(path) && requested.size < maxRequested) requested.add(path);
    },
    recordListing: (folder) => void listed.add(folder),
    of(path) {
      const use = uses.get(path);
      if (use) return use;
      const isUnknown = requested.has(path) || requested.size >= maxRequested || listed.has(folderOf(path));
      return isUnknown ? 'unknown' : 'never';
    },
  };
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')));
}
