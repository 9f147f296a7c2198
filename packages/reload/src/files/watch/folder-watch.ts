/** Something may have happened to a file: the receiver compares it with what it knows. */
export interface FileEvent {
  /** Absolute. */
  path: string;
  /**
   * - `create`: an entry was created, deleted or renamed over
   * - `write`: its bytes or times changed
   * - `scan`: found by a rescan; a change only if it differs from the index or, where it is not in the index, if it changed
   *   after `sinceMs`
   * - `delete`: what was there, a file or a folder with its files, may have been deleted
   */
  kind: 'create' | 'write' | 'scan' | 'delete';
  /** With `scan`: the time from which events may have been missed, in ms since 1970. */
  sinceMs?: number;
}

/** Watches folders with all files in them that no rule ignores. [R3] */
export interface FolderWatch {
  /** Resolves when every folder is watched. */
  ready: Promise<void>;
  /** Reports this file although `.gitignore` names it, without the files beside it. It may not exist yet. */
  include(path: string): void;
  /** Whether changes of this file are reported. */
  accepts(path: string): boolean;
  /** The folders that are watched now. */
  folders(): Iterable<string>;
  close(): Promise<void>;
}

export interface FolderWatchOptions {
  /** Absolute paths of folders or single files. */
  roots: readonly string[];
  /** Globs of ignored files, relative to each root. */
  ignore?: readonly string[];
  /** What is watched in the roots, if they are not watched as a whole. */
  filter?:
    | {
        includes(path: string): boolean;
        excludes(path: string): boolean;
        /** Paths in the roots whose names in `.gitignore` do not count. */
        readonly named: readonly string[];
      }
    | undefined;
  /** Whether to poll instead of using the system's events. */
  poll?: boolean;
  /** @default 500 */
  pollMs?: number;
  /** How to find out whether the system reports events. */
  probe?: { touch: (folder: string) => boolean };
  onFileEvent: (event: FileEvent) => void;
  onWarning: (text: string) => void;
}
