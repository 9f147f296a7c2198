import type { FileIndex } from './file-index.ts';
import { readIndexCache, writeIndexCache, type CachedFile } from './index-cache.ts';
import { pathOfStoredName, storedName } from './stored-name.ts';
import { isSameStat } from './watch/stat-file.ts';
import type { FileStat } from '../core/ports.ts';

export interface StoredIndexOptions {
  roots: readonly string[];
  /** Where the index is stored between two starts; `undefined` if nowhere. */
  cacheFile: string | undefined;
  index: FileIndex;
  wasServed: (path: string) => boolean;
}

/** How long a changed index may go unsaved, in ms. */
const SAVE_DELAY_MS = 1_000;

/** The file index as it is stored between two starts. [R6] */
export class StoredIndex {
  readonly #options: StoredIndexOptions;
  /** The index of an earlier start, until the first scan has used it. */
  readonly #cached: Map<string, CachedFile>;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: StoredIndexOptions) {
    this.#options = options;
    this.#cached =
      options.cacheFile === undefined ? new Map<string, CachedFile>() : readIndexCache(options.cacheFile);
  }

  /** The hash that a file had at an earlier start; 0 if the file has changed since then. */
  hashOf(path: string, stat: FileStat): number {
    const cached = this.#cached.get(storedName(this.#options.roots, path));
    return cached && isSameStat(cached, stat) ? cached.hash : 0;
  }

  /** The files that were served at an earlier start. */
  *servedBefore(): Generator<string> {
    for (const [name, { served }] of this.#cached) {
      const path = served && pathOfStoredName(this.#options.roots, name);
      if (path !== undefined) yield path;
    }
  }

  /** Frees what was read from the disk. */
  forgetEarlier(): void {
    this.#cached.clear();
  }

  saveLater(): void {
    if (this.#options.cacheFile !== undefined)
      this.#timer ??= setTimeout(() => this.save(), SAVE_DELAY_MS).unref();
  }

  save(): void {
    const { cacheFile, index } = this.#options;
    this.#cancel();
    // A file that is being read is saved with the next change.
    if (cacheFile !== undefined && index.unread === 0) writeIndexCache(cacheFile, this.#files());
  }

  /** @param isComplete whether the index contains all files; otherwise it is not saved. */
  close(isComplete: boolean): void {
    if (isComplete) this.save();
    else this.#cancel();
  }

  #cancel(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  *#files(): Generator<[string, CachedFile]> {
    const { roots, index, wasServed } = this.#options;
    for (const [path, file] of index.entries()) {
      const served = wasServed(path) && ({ served: true } as const);
      yield [storedName(roots, path), { ...file, ...served }];
    }
  }
}
