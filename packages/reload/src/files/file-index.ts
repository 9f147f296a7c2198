import { hash as hashOf } from 'node:crypto';
import { basename, dirname, join, sep } from 'node:path';

/** What is known of one file. */
export interface KnownFile {
  size: number;
  mtimeMs: number;
  /** A digest of its bytes, as a whole number; 0 while it has not been read. */
  hash: number;
}

/** All that is known of files, by their paths, and one digest of it. */
export interface FileTable {
  get(path: string): KnownFile | undefined;
  set(path: string, file: KnownFile): void;
  delete(path: string): boolean;
  /** Paths in a folder, at any depth. */
  below(folder: string): string[];
  entries(): IterableIterator<[path: string, file: KnownFile]>;
  /** Gives back what lists have in reserve: most never grow again. */
  trim(): void;
  /** How many files have not been read yet. */
  readonly unread: number;
  /** The same for the same files with the same bytes, whatever their order. */
  digest(): string;
}

/** The files of one folder. Numbers lie side by side, three for each name: a project may have many files. */
interface Folder {
  names: string[];
  numbers: number[];
}

/** @param nameOf what a file is called wherever the folder lies. */
export function createFileTable(nameOf: (path: string) => string): FileTable {
  const folders = new Map<string, Folder>();
  let unread = 0;
  let sum = 0n;

  function find(path: string): { folder: Folder | undefined; index: number } {
    const folder = folders.get(dirname(path));
    return { folder, index: folder ? folder.names.indexOf(basename(path)) : -1 };
  }

  function fileAt({ numbers }: Folder, index: number): KnownFile {
    const [size, mtimeMs, hash] = numbers.slice(index * 3, index * 3 + 3) as [number, number, number];
    return { size, mtimeMs, hash };
  }

  /** Counts a file in or, which is the same for the digest, out. */
  function count(path: string, { hash }: KnownFile, step: 1 | -1): void {
    if (hash === 0) {
      unread += step;
      return;
    }
    const part = hashOf('sha1', `${nameOf(path)}\0${hash}`, 'buffer');
    sum ^= part.readBigUInt64LE();
  }

  return {
    get(path) {
      const { folder, index } = find(path);
      return index === -1 ? undefined : fileAt(folder!, index);
    },
    set(path, file) {
      let { folder, index } = find(path);
      if (!folder) folders.set(dirname(path), (folder = { names: [], numbers: [] }));
      if (index === -1) index = folder.names.push(basename(path)) - 1;
      else count(path, fileAt(folder, index), -1);
      const at = index * 3;
      folder.numbers[at] = file.size;
      folder.numbers[at + 1] = file.mtimeMs;
      folder.numbers[at + 2] = file.hash;
      count(path, file, 1);
    },
    delete(path) {
      const { folder, index } = find(path);
      if (index === -1) return false;
      count(path, fileAt(folder!, index), -1);
      folder!.names.splice(index, 1);
      folder!.numbers.splice(index * 3, 3);
      if (folder!.names.length === 0) folders.delete(dirname(path));
      return true;
    },
    below(folder) {
      const start = folder + sep;
      const files: string[] = [];
      for (const [path, { names }] of folders) {
        if (path !== folder && !path.startsWith(start)) continue;
        for (const name of names) files.push(join(path, name));
      }
      return files;
    },
    *entries() {
      for (const [path, folder] of folders) {
        for (const [index, name] of folder.names.entries()) yield [join(path, name), fileAt(folder, index)];
      }
    },
    trim() {
      for (const folder of folders.values()) {
        folder.names = folder.names.slice();
        folder.numbers = folder.numbers.slice();
      }
    },
    get unread() {
      return unread;
    },
    digest: () => sum.toString(36),
  };
}
