/** Something may have happened to a file. Whoever hears of it looks for itself. */
export interface Sighting {
  /** Absolute. */
  path: string;
  /**
   * - `create`: an entry appeared, vanished, or was renamed over
   * - `write`: its bytes or times changed
   * - `scan`: found by looking again; a change only if it differs from what is known or, where nothing is known, if it
   *   changed after `sinceMs`
   * - `gone`: what was there, a file or a folder and anything in it, may have gone
   */
  kind: 'create' | 'write' | 'scan' | 'gone';
  /** With `scan`: from when on something may have been missed, in ms since 1970. */
  sinceMs?: number;
}

/** Watches folders and everything in them, as far as no rule ignores it. [R3] */
export interface FolderWatch {
  /** Resolves when every folder is watched. */
  ready: Promise<void>;
  /** Reports this file although rules ignore it, without what lies beside it. */
  include(path: string): void;
  /** Whether changes of this file are reported. */
  accepts(path: string): boolean;
  /** Every folder that is watched now. */
  folders(): Iterable<string>;
  close(): Promise<void>;
}

export interface FolderWatchOptions {
  /** Absolute paths of folders or single files. */
  roots: readonly string[];
  /** Globs of what is ignored, relative to each root. */
  ignore?: readonly string[];
  /** Whether to look again and again instead of being told. */
  poll?: boolean;
  /** @default 500 */
  pollMs?: number;
  onSighting: (sighting: Sighting) => void;
  onWarning: (text: string) => void;
}
