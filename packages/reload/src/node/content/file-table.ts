import { createHash } from 'node:crypto';

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
  entries(): IterableIterator<[string, KnownFile]>;
  /** How many files have not been read yet. */
  readonly unread: number;
  /** The same for the same files with the same bytes, whatever their order. */
  digest(): string;
}

/** @param nameOf what a file is called wherever the folder lies. */
export function createFileTable(nameOf: (path: string) => string): FileTable {
  const files = new Map<string, KnownFile>();
  let unread = 0;
  let sum = 0n;

  /** One file's part of the digest: taking it out is the same as putting it in. */
  function toggle(path: string, { hash }: KnownFile): void {
    if (hash === 0) return;
    const part = createHash('sha1')
      .update(`${nameOf(path)}\0${hash}`)
      .digest();
    sum ^= part.readBigUInt64LE();
  }

  return {
    get: (path) => files.get(path),
    set(path, file) {
      const before = files.get(path);
      if (before) {
        toggle(path, before);
        if (before.hash === 0) unread--;
      }
      files.set(path, file);
      toggle(path, file);
      if (file.hash === 0) unread++;
    },
    delete(path) {
      const before = files.get(path);
      if (!before) return false;
      toggle(path, before);
      if (before.hash === 0) unread--;
      return files.delete(path);
    },
    below: (folder) => [...files.keys()].filter((path) => path.startsWith(folder)),
    entries: () => files.entries(),
    get unread() {
      return unread;
    },
    digest: () => sum.toString(36),
  };
}
