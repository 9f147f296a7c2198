import { lstatSync, readdirSync, statSync, type Dirent, type Stats } from 'node:fs';
import type { FileStat } from '../../core/ports.ts';

/** File systems store times in steps of a few ms, some of two seconds. */
export const FILE_TIME_STEP_MS = 2_000;

/** The stats of a path, with links followed; synchronous, because that costs less than the thread pool. */
export function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/** A file's size and times; `undefined` if there is no file. */
export function statFile(path: string): (FileStat & { ctimeMs: number }) | undefined {
  const stats = statOf(path);
  if (!stats?.isFile()) return undefined;
  const { size, mtimeMs, ctimeMs } = stats;
  return { size, mtimeMs, ctimeMs };
}

export function isSameStat(a: FileStat, b: FileStat): boolean {
  return a.size === b.size && a.mtimeMs === b.mtimeMs;
}

export function kindOf(path: string): 'folder' | 'file' | undefined {
  try {
    return lstatSync(path).isDirectory() ? 'folder' : 'file';
  } catch {
    return undefined;
  }
}

/** Whether a path is a folder, or a link to one. */
export function isFolder(path: string): boolean {
  return statOf(path)?.isDirectory() ?? false;
}

/**
 * Distinguishes a folder from another one that replaced it. The inode alone does not: file systems reuse the inode of a deleted
 * folder for the next new one.
 */
export function identityOf(path: string): string | undefined {
  const stats = statOf(path);
  return stats && `${stats.dev} ${stats.ino} ${stats.birthtimeMs}`;
}

/** Whether a folder is so new that it may have replaced another one within one step of the file system's clock. */
export function isNewborn(path: string): boolean {
  const stats = statOf(path);
  return stats !== undefined && Date.now() - stats.birthtimeMs < FILE_TIME_STEP_MS;
}

/** The entries of a folder; `undefined` if it was deleted or may not be read. */
export function entriesOf(folder: string): Dirent[] | undefined {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return undefined;
  }
}
