import { lstatSync, readdirSync, statSync, type Dirent } from 'node:fs';

/** File systems keep times in steps of a few ms, some of two seconds. */
const TICK_MS = 2_000;

export function kindOf(path: string): 'folder' | 'file' | undefined {
  try {
    return lstatSync(path).isDirectory() ? 'folder' : 'file';
  } catch {
    return undefined;
  }
}

/**
 * Tells a folder from another that has taken its place. Its number alone does not: file systems give the number of a folder
 * that has gone to the next one that is made.
 */
export function identityOf(path: string): string | undefined {
  try {
    const { dev, ino, birthtimeMs } = statSync(path);
    return `${dev} ${ino} ${birthtimeMs}`;
  } catch {
    return undefined;
  }
}

/** Whether a folder is so young that another may have been made before it in the same tick of the file system's clock. */
export function isNewborn(path: string): boolean {
  try {
    return Date.now() - statSync(path).birthtimeMs < TICK_MS;
  } catch {
    return false;
  }
}

/** What is in a folder; nothing where it has gone again, or may not be read. */
export function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}
