/** What the core is given by the code around it. */

export type { Clock } from '@live-online/internal/clock';

/** A file's size and time at one moment; `undefined` stands for no file. */
export interface FileStat {
  size: number;
  /** By the file system's clock, in ms with fractions. */
  mtimeMs: number;
}

/** A file that changed. */
export interface FileChange {
  /** Absolute, with the separators of the machine. */
  path: string;
  kind: 'added' | 'changed' | 'removed';
  /** Its new text, if it is short, in UTF-8, and of a kind that pages swap. */
  text?: string;
  /** When the first event of its batch came, by the clock. */
  sinceMs?: number;
}
