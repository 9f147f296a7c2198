/**
 * A change's way from the file system to the pages:
 *
 * 1. `watch/` reports a file event: something may have happened to a path. It uses the system's events, or polls.
 * 2. The `ChangeDebouncer` waits until the files with events are stable, and combines them to one batch.
 * 3. The `FileWatcher` reads each file of the batch and compares its hash with the `FileIndex`: a save of the same bytes is none.
 * 4. `onChanges` gets the files that did change; the `UpdatePublisher` decides what each page does about them.
 */
import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ChangeDebouncer } from '../core/change-debouncer.ts';
import type { Clock, FileChange, FileStat } from '../core/ports.ts';
import { mayBeUnreported } from '../core/write-in-progress.ts';
import { afterEvents } from './after-events.ts';
import { Closings } from './closings.ts';
import { FileIndex } from './file-index.ts';
import { PendingEvents } from './pending-events.ts';
import { isPublic, isWithin, resolveLinks } from './public-path.ts';
import { readFile } from './read-file.ts';
import { StoredIndex } from './stored-index.ts';
import { storedName } from './stored-name.ts';
import { TimeSlice } from './time-slice.ts';
import type { FileEvent, FolderWatch, FolderWatchOptions } from './watch/folder-watch.ts';
import { entriesOf, FILE_TIME_STEP_MS, isSameStat, statFile } from './watch/stat-file.ts';
import { watchFolders } from './watch/watch-folders.ts';

export interface FileWatcherOptions extends Pick<FolderWatchOptions, 'roots' | 'ignore' | 'filter' | 'poll'> {
  clock: Clock;
  debounceMs: number;
  /** Whether changes may carry the texts of files. @default always */
  includeTexts?: () => boolean;
  /** Where the index is stored between two starts. */
  cacheFile?: string;
  /** Called once for every update. */
  onChanges: (changes: FileChange[]) => void;
  /** Called when the digest becomes known. */
  onDigest: (digest: string) => void;
  onWarning: (text: string) => void;
  watch?: (options: FolderWatchOptions) => FolderWatch;
}

/** How many files that do not exist are watched although rules ignore them. */
const MAX_AWAITED_FILES = 1_000;
/** How long the first scan may block the event loop, in ms. */
const SCAN_SLICE_MS = 4;

/** Watches folders, knows the hash of every file in them, and reports files that changed, once they are stable. */
export class FileWatcher {
  /** Resolves when every folder is watched. */
  readonly ready: Promise<void>;
  readonly #options: FileWatcherOptions;
  readonly #index: FileIndex;
  readonly #stored: StoredIndex;
  /** Files that stay watched although rules may come to ignore them. */
  readonly #served = new Set<string>();
  /** Requested files that did not exist. */
  readonly #awaited = new Set<string>();
  readonly #pendingEvents = new PendingEvents();
  readonly #startedMs = Date.now() - FILE_TIME_STEP_MS;
  readonly #closings = new Closings();
  readonly #debouncer: ChangeDebouncer;
  readonly #watch: FolderWatch;
  #scanning: Promise<void> = Promise.resolve();
  /** Whether the first scan has found every file: one that is found later is new. */
  #scanned = false;
  #digest: string | undefined;
  #closed = false;

  constructor(options: FileWatcherOptions) {
    const { roots, clock, debounceMs, ignore, filter, poll, cacheFile, onWarning } = options;
    this.#options = options;
    this.#index = new FileIndex((path) => storedName(roots, path));
    this.#stored = new StoredIndex({
      roots,
      cacheFile,
      index: this.#index,
      wasServed: (path) => this.#served.has(path),
    });
    this.#debouncer = new ChangeDebouncer({
      clock: afterEvents(clock),
      debounceMs,
      stat: statFile,
      previous: (path) => this.#index.get(path),
      isComplete: (path, stat) => this.#closings.isComplete(path, stat),
      onStable: (paths, sinceMs) => this.#compare(paths, sinceMs),
    });
    this.#watch = (options.watch ?? watchFolders)({
      roots,
      ...(ignore && { ignore }),
      filter,
      ...(poll !== undefined && { poll }),
      onFileEvent: (event) => void this.#onFileEvent(event),
      onWarning,
    });
    this.ready = this.#watch.ready.then(() => {
      this.#scanning = this.#scan();
    });
  }

  /** Resolves once the file is stable; at once if it does not change. [R5] */
  async whenStable(path: string): Promise<FileStat | undefined> {
    const stat = statFile(path);
    if (!this.#debouncer.isChanging(path)) {
      if (!stat || !mayBeUnreported(stat, this.#options.debounceMs, Date.now())) return stat;
      if (await this.#isReported(path)) return stat;
      this.#debouncer.add(path, true);
    }
    await this.#debouncer.whenStable(path);
    return statFile(path);
  }

  /** Whether the state of a file was reported a moment ago, and no event has come since. */
  async #isReported(path: string): Promise<boolean> {
    if (!this.#debouncer.wasReported(path)) return false;
    // The system may have queued an event.
    await nextTurn();
    const [indexed, stat] = [this.#index.get(path), statFile(path)];
    return !this.#debouncer.isChanging(path) && !!indexed && !!stat && isSameStat(indexed, stat);
  }

  /** Watches and reads a file that a page was given, whatever `.gitignore` names. */
  markServed(path: string): void {
    if (this.#closed || this.#served.has(path)) return;
    this.#served.add(path);
    this.#watch.include(path);
    if (!this.#watch.accepts(path)) return;
    const stat = statFile(path);
    const indexed = this.#index.get(path);
    if (!stat || (indexed && indexed.hash !== 0) || this.#debouncer.isChanging(path)) return;
    if (!indexed) this.#index.set(path, { ...stat, hash: 0 });
    void this.#readUnread(path).then(() => {
      if (this.#scanned) this.#updateDigest();
    });
  }

  /** Watches a file that a page has requested and that does not exist yet, whatever `.gitignore` names. */
  awaitFile(path: string): void {
    if (this.#closed || this.#watch.accepts(path) || this.#awaited.size >= MAX_AWAITED_FILES) return;
    this.#awaited.add(path);
    this.#watch.include(path);
  }

  /** Whether changes of this file are noticed. */
  isWatched(path: string): boolean {
    return this.#watch.accepts(path);
  }

  /** Whether no watched file changes now, and all changes are reported. */
  isSettled(): boolean {
    return this.#debouncer.isSettled();
  }

  /** A digest of all watched files, the same for the same bytes; `undefined` until every file was read. [R6] */
  digest(): string | undefined {
    return this.#digest;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#debouncer.close();
    this.#stored.close(this.#digest !== undefined);
    await this.#watch.close();
    await this.#scanning;
  }

  async #onFileEvent({ path, kind, sinceMs = 0 }: FileEvent): Promise<void> {
    if (kind === 'create' || kind === 'write') {
      this.#pendingEvents.recordEvent(path);
      return this.#debouncer.add(path, kind === 'write');
    }
    if (kind === 'delete') {
      for (const file of [path, ...this.#index.below(path)]) {
        // The folder is read again, and each of its files reported as if it had an event.
        this.#pendingEvents.take(file);
        if (this.#index.get(file)) this.#debouncer.add(file, false);
      }
      return;
    }
    const indexed = this.#index.get(path);
    const stats = await lstat(path).catch(() => undefined);
    const mayHaveChanged = indexed
      ? !stats || !isSameStat(stats, indexed)
      : stats !== undefined && (!this.#scanned || stats.ctimeMs >= sinceMs);
    if (mayHaveChanged) this.#debouncer.add(path, true);
  }

  /** Compares stable files with the index, and reports the ones that changed. */
  async #compare(paths: string[], sinceMs: number): Promise<void> {
    const changes: FileChange[] = [];
    let removed = false;
    for (const path of paths) {
      if (this.#watch.accepts(path)) {
        const change = await this.#readChange(path);
        if (change) changes.push({ ...change, sinceMs });
      } else {
        // It was requested but is not watched, or rules ignore it now.
        removed = this.#index.delete(path) || removed;
      }
    }
    if (this.#closed || (changes.length === 0 && !removed)) return;
    this.#updateDigest();
    if (changes.length > 0) this.#options.onChanges(changes);
  }

  /** Reads a file, and returns how it has changed since it was read last. */
  async #readChange(path: string): Promise<FileChange | undefined> {
    const { roots, includeTexts = () => true } = this.#options;
    const before = this.#index.get(path);
    // A change of a link carries the text of the linked file only if that file may be shown itself. [R8]
    const root = roots.find((one) => isWithin(one, path)) ?? path;
    const target = resolveLinks(root, path) ?? path;
    const withText = includeTexts() && isPublic(root, target);
    const now = (target === path && this.#closings.take(path)) || (await readFile(target, true));
    this.#closings.record(path, now?.text);
    if (!now) return this.#index.delete(path) ? { path, kind: 'removed' } : undefined;
    const { indexed, text } = now;
    this.#index.set(path, indexed);
    if (!before && this.#scanned) return { path, kind: 'added' };
    const isSameAsIndexed = before !== undefined && isSameStat(before, indexed);
    const wasReadTooLate = this.#pendingEvents.take(path) && isSameAsIndexed;
    const hasSameBytes = before && (before.hash === 0 ? isSameAsIndexed : before.hash === indexed.hash);
    if (hasSameBytes && !wasReadTooLate) return undefined;
    return { path, kind: 'changed', ...(withText && text !== undefined && { text }) };
  }

  /** Finds all files, and then reads those that the cache does not know, in slices that block nothing. */
  async #scan(): Promise<void> {
    const slice = new TimeSlice(SCAN_SLICE_MS);
    for (const folder of this.#watch.folders()) {
      if (this.#closed) return;
      for (const entry of entriesOf(folder) ?? []) {
        if (entry.isDirectory()) continue;
        this.#find(folder, entry.name);
        if (slice.isOver()) await slice.next();
      }
    }
    this.#markServedBefore();
    this.#stored.forgetEarlier();
    this.#scanned = true;
    setTimeout(
      () => setImmediate(() => this.#pendingEvents.expire((path) => this.#debouncer.isChanging(path))),
      FILE_TIME_STEP_MS,
    ).unref();
    for (const [path, { hash }] of this.#index.entries()) {
      if (this.#closed) return;
      if (hash === 0 && !this.#debouncer.isChanging(path)) await this.#readUnread(path);
      if (slice.isOver()) await slice.next();
    }
    this.#index.trim();
    this.#updateDigest();
  }

  /** Puts a file into the index, with its cached hash if it has not changed since then. */
  #find(folder: string, name: string): void {
    const path = join(folder, name);
    if (this.#debouncer.isChanging(path) || !this.#watch.accepts(path)) return;
    const stat = statFile(path);
    if (!stat) return;
    const indexed = this.#index.get(path);
    if (indexed) {
      // It was served, and may have changed before its folder was watched.
      if (!isSameStat(indexed, stat)) this.#debouncer.add(path, true);
      return;
    }
    const hash = this.#stored.hashOf(path, stat);
    if (hash === 0 && stat.ctimeMs >= this.#startedMs) this.#pendingEvents.add(path);
    this.#index.set(path, { ...stat, hash }, folder, name);
  }

  #markServedBefore(): void {
    // A root may be a single file.
    for (const root of this.#options.roots) if (statFile(root)) this.markServed(root);
    // A file that was served although rules ignore it stays watched after a restart.
    for (const path of this.#stored.servedBefore())
      if (!this.#index.get(path) && !this.isWatched(path) && statFile(path)) this.markServed(path);
  }

  async #readUnread(path: string): Promise<void> {
    const before = this.#index.get(path);
    const now = await readFile(path, false);
    // If something happened meanwhile, the debouncer's batch compares the file with its earlier state.
    if (!before || this.#index.get(path)?.hash !== before.hash || this.#debouncer.isChanging(path)) return;
    if (now && isSameStat(before, now.indexed)) this.#index.set(path, now.indexed);
    else this.#debouncer.add(path, true);
  }

  /** Computes the digest once every file is known, and stores the index. */
  #updateDigest(): void {
    if (!this.#scanned || this.#index.unread > 0) {
      this.#digest = undefined;
      return;
    }
    const wasUnknown = this.#digest === undefined;
    this.#digest = this.#index.digest();
    if (wasUnknown && !this.#closed) this.#options.onDigest(this.#digest);
    this.#stored.saveLater();
  }
}
