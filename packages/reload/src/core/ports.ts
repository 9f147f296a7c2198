/** What the core is handed. It owns none of it. */

export type { Clock } from '@live-online/internal/clock';

/** What lay at a path at a moment; `undefined` stands for nothing. */
export interface FileLook {
  size: number;
  /** By the file system's clock, in ms with fractions. */
  mtimeMs: number;
}

/** A file that is not what it was. */
export interface FileChange {
  /** Absolute, with the separators of the machine. */
  path: string;
  kind: 'added' | 'changed' | 'removed';
  /** What stands in it now, where it is short, in UTF-8 and of a kind that pages swap. */
  text?: string;
}
