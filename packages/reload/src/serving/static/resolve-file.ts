import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readlinkSync,
  realpathSync,
  statSync,
  type Stats,
} from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { isPublic, isPublicInOneOf, realPathOf } from '../../files/public-path.ts';

/** A file that is open for reading, or what is at the path instead. */
export type Resolved =
  | { kind: 'file'; handle: FileHandle; stats: Stats; path: string }
  | { kind: 'folder'; path: string }
  | { kind: 'none' }
  | { kind: 'denied' }
  | { kind: 'busy' };

/** `O_NONBLOCK`, so that opening a pipe does not wait for its writer. */
const FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/**
 * Opens the file at a path below `root`, if its real path is inside `root` or an allowed folder, and is no dotfile. A symlink counts
 * as its target. [R8]
 *
 * The system calls are synchronous, because they take less time than a switch to another thread.
 *
 * @param root its own path may contain symlinks; the path of a file in it begins with `root`
 * @param allow real paths of folders that symlinks in `root` may lead to
 */
export async function resolveFile(
  root: string,
  segments: readonly string[],
  allow: readonly string[] = [],
): Promise<Resolved> {
  const realRoot = realPathOf(root) ?? root;
  const found = await openBelow([realRoot, ...allow], segments);
  return 'path' in found && realRoot !== root && isPublic(realRoot, found.path)
    ? { ...found, path: root + found.path.slice(realRoot.length) }
    : found;
}

/** @param folders real paths; `segments` are relative to the first one */
async function openBelow(folders: readonly string[], segments: readonly string[]): Promise<Resolved> {
  try {
    const path = realpathSync.native(join(folders[0]!, ...segments));
    if (!isPublicInOneOf(folders, path)) return { kind: 'none' };
    const before = statSync(path);
    if (before.isDirectory()) return { kind: 'folder', path };
    if (!before.isFile()) return { kind: 'none' };
    const handle = await open(path, FLAGS);
    const stats = fstatSync(handle.fd);
    if (stats.isFile() && isStillPublic(folders, path, handle.fd, stats)) {
      return { kind: 'file', handle, stats, path };
    }
    await handle.close();
    return { kind: 'none' };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EACCES' || code === 'EPERM') return { kind: 'denied' };
    if (code === 'EMFILE' || code === 'ENFILE') return { kind: 'busy' };
    return { kind: 'none' };
  }
}

/** Checks an open file again: one of its folders may have become a symlink since its path was read. */
function isStillPublic(folders: readonly string[], path: string, fd: number, { dev, ino }: Stats): boolean {
  try {
    const opened = pathOfDescriptor(fd);
    if (opened === undefined) {
      const now = statSync(path);
      return realpathSync.native(path) === path && now.dev === dev && now.ino === ino;
    }
    // On a case-insensitive disk, the system may report a folder in other letter case.
    return isPublicInOneOf(folders, opened) || isPublicInOneOf(folders.flatMap(openedPathOf), opened);
  } catch {
    return false;
  }
}

/** The path of a folder as the system reports it when the folder is open. */
function openedPathOf(path: string): string[] {
  const folder = openSync(path, constants.O_RDONLY);
  const opened = pathOfDescriptor(folder);
  closeSync(folder);
  return opened === undefined ? [] : [opened];
}

/** The path of an open file. Only Linux has it. */
function pathOfDescriptor(fd: number): string | undefined {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return undefined;
  }
}
