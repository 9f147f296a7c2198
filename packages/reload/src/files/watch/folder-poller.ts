import { join, sep } from 'node:path';
import { TimeSlice } from '../time-slice.ts';
import { entriesOf, statOf } from './stat-file.ts';

export interface FolderPollerOptions {
  pollMs: number;
  accepts: (path: string) => boolean;
  onFile: (path: string, kind: 'create' | 'write') => void;
  /** A polled folder contains this folder. */
  onFolder: (path: string) => void;
  onDeleted: (folder: string) => void;
}

/** How long polling may block the event loop, in ms. */
const SLICE_MS = 4;

/** A file at its last poll. */
interface PolledFile {
  size: number;
  mtimeMs: number;
  ino: number;
  /** The last round in which it was there. */
  round: number;
}

interface PolledFolder {
  /** Changed in place: there may be ten thousand files, twice a second. */
  files: Map<string, PolledFile>;
  /** Whether a file that is missing from `files` is new. */
  isKnown: boolean;
  round: number;
}

/** Polls the files of some folders, where the system reports no events. */
export class FolderPoller {
  readonly #options: FolderPollerOptions;
  readonly #folders = new Map<string, PolledFolder>();
  readonly #firstPolls = new Set<Promise<void>>();
  readonly #slice = new TimeSlice(SLICE_MS);
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: FolderPollerOptions) {
    this.#options = options;
  }

  /** @param isNew whether the files in it were not there before. */
  add(folder: string, isNew: boolean): void {
    if (this.#folders.has(folder)) return;
    this.#folders.set(folder, { files: new Map(), isKnown: isNew, round: 0 });
    const first = Promise.resolve()
      .then(() => this.#poll(folder))
      .finally(() => this.#firstPolls.delete(first));
    this.#firstPolls.add(first);
    this.#timer ??= this.#schedule();
  }

  /** Resolves when every folder was polled once: from then on changes are noticed. */
  async ready(): Promise<void> {
    await Promise.all(this.#firstPolls);
  }

  remove(folder: string): void {
    this.#folders.delete(folder);
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#folders.clear();
  }

  #schedule(): NodeJS.Timeout {
    return setTimeout(() => void this.#pollAll(), this.#options.pollMs);
  }

  async #pollAll(): Promise<void> {
    for (const folder of [...this.#folders.keys()]) if (!this.#closed) await this.#poll(folder);
    // The pause begins when the round has ended, however long that took.
    if (!this.#closed) this.#timer = this.#schedule();
  }

  async #poll(path: string): Promise<void> {
    const { onFile, onFolder, onDeleted } = this.#options;
    const folder = this.#folders.get(path);
    if (this.#closed || !folder) return;
    const entries = entriesOf(path);
    if (!entries) {
      this.#folders.delete(path);
      return onDeleted(path);
    }
    folder.round++;
    for (const entry of entries) {
      if (entry.isDirectory()) onFolder(join(path, entry.name));
      else this.#pollFile(path, folder, entry.name);
      if (this.#slice.isOver()) await this.#slice.next();
      if (this.#closed || this.#folders.get(path) !== folder) return;
    }
    for (const [name, { round }] of folder.files) {
      if (round === folder.round) continue;
      folder.files.delete(name);
      onFile(join(path, name), 'create');
    }
    folder.isKnown = true;
  }

  #pollFile(inside: string, { files, isKnown, round }: PolledFolder, name: string): void {
    const { accepts, onFile } = this.#options;
    const path = inside + sep + name;
    const last = files.get(name);
    if (!last && !accepts(path)) return;
    const stats = statOf(path);
    if (!stats?.isFile()) return;
    const { size, mtimeMs, ino } = stats;
    if (!last) {
      files.set(name, { size, mtimeMs, ino, round });
      if (isKnown) onFile(path, 'create');
      return;
    }
    last.round = round;
    if (last.size === size && last.mtimeMs === mtimeMs && last.ino === ino) return;
    Object.assign(last, { size, mtimeMs, ino });
    onFile(path, 'write');
  }
}
