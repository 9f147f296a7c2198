/** What the core is handed. It owns none of it. */

/** A monotonic clock. Times are in milliseconds and may have fractions. */
export interface Clock {
  now(): number;
  /** Runs `task` once, `delayMs` from now or a little later. Returns the way to call it off. */
  schedule(task: () => void, delayMs: number): () => void;
}

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
