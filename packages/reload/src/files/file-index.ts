import { hash as hashOf } from 'node:crypto';
import { basename, dirname, join, sep } from 'node:path';
import type { FileStat } from '../core/ports.ts';

export interface IndexedFile extends FileStat {
  /** A hash of its bytes, as a whole number; 0 while it has not been read. */
  hash: number;
}

/** The files of one folder. Numbers lie side by side, three for each name: a project may have many files. */
interface Folder {
  names: string[];
  numbers: number[];
}

/** What is known of all watched files, by their paths, and one digest of it. */
export class FileIndex {
  readonly #nameOf: (path: string) => string;
  readonly #folders = new Map<string, Folder>();
  #unread = 0;
  #sum = 0n;

  /** @param nameOf returns a file's name, which stays the same if its root is moved. */
  constructor(nameOf: (path: string) => string) {
    this.#nameOf = nameOf;
  }

  /** How many files have not been read yet. */
  get unread(): number {
    return this.#unread;
  }

  /** The same for the same files with the same bytes, in any order. */
  digest(): string {
    return this.#sum.toString(36);
  }

  get(path: string): IndexedFile | undefined {
    const { folder, index } = this.#find(path);
    return folder && index !== -1 ? fileAt(folder, index) : undefined;
  }

  /**
   * The index keeps `parent` and `name`. The scan passes strings of its own: parts of a path share its memory, so that each name would
   * keep a whole path.
   */
  set(path: string, file: IndexedFile, parent: string = dirname(path), name: string = basename(path)): void {
    let folder = this.#folders.get(parent);
    if (!folder) this.#folders.set(parent, (folder = { names: [], numbers: [] }));
    let index = folder.names.indexOf(name);
    if (index === -1) index = folder.names.push(name) - 1;
    else this.#count(path, fileAt(folder, index), -1);
    const at = index * 3;
    folder.numbers[at] = file.size;
    folder.numbers[at + 1] = file.mtimeMs;
    folder.numbers[at + 2] = file.hash;
    this.#count(path, file, 1);
  }

  delete(path: string): boolean {
    const { folder, index } = this.#find(path);
    if (!folder || index === -1) return false;
    this.#count(path, fileAt(folder, index), -1);
    folder.names.splice(index, 1);
    folder.numbers.splice(index * 3, 3);
    if (folder.names.length === 0) this.#folders.delete(dirname(path));
    return true;
  }

  /** The paths in a folder, at any depth. */
  below(folder: string): string[] {
    const start = folder + sep;
    const files: string[] = [];
    for (const [path, { names }] of this.#folders) {
      if (path !== folder && !path.startsWith(start)) continue;
      for (const name of names) files.push(join(path, name));
    }
    return files;
  }

  *entries(): Generator<[path: string, file: IndexedFile]> {
    for (const [path, folder] of this.#folders) {
      for (const [index, name] of folder.names.entries()) yield [join(path, name), fileAt(folder, index)];
    }
  }

  /** Frees the memory that lists have reserved to grow, as most never grow again, and that of names which many folders contain. */
  trim(): void {
    const shared = new Map<string, string>();
    const share = (name: string): string => shared.get(name) ?? (shared.set(name, name), name);
    for (const folder of this.#folders.values()) {
      folder.names = folder.names.map(share);
      folder.numbers = folder.numbers.slice();
    }
  }

  #find(path: string): { folder: Folder | undefined; index: number } {
    const folder = this.#folders.get(dirname(path));
    return { folder, index: folder ? folder.names.indexOf(basename(path)) : -1 };
  }

  /** Adds a file to the digest or removes it: for an exclusive or, both are the same. */
  #count(path: string, { hash }: IndexedFile, step: 1 | -1): void {
    if (hash === 0) {
      this.#unread += step;
      return;
    }
    this.#sum ^= hashOf('sha1', `${this.#nameOf(path)}\0${hash}`, 'buffer').readBigUInt64LE();
  }
}

function fileAt({ numbers }: Folder, index: number): IndexedFile {
  const [size, mtimeMs, hash] = numbers.slice(index * 3, index * 3 + 3) as [number, number, number];
  return { size, mtimeMs, hash };
}
