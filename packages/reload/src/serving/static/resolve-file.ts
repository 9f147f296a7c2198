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
import { isPublic, realPathOf } from '../../files/public-path.ts';

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
 * Opens the file at a path below `root`, if its real path is inside `root` and is no dotfile. A symlink counts as its
 * target. [R8]
 *
 * The system calls are synchronous, because they take less time than a switch to another thread.
 *
 * @param root its own path may contain symlinks; the path of the result begins with it
 */
export async function resolveFile(root: string, segments: readonly string[]): Promise<Resolved> {
  const realRoot = realPathOf(root) ?? root;
  const found = await openBelow(realRoot, segments);
  return 'path' in found && realRoot !== root
    ? { ...found, path: root + found.path.slice(realRoot.length) }
    : found;
}

async function openBelow(root: string, segments: readonly string[]): Promise<Resolved> {
  try {
    const path = realpathSync.native(join(root, ...segments));
    if (!isPublic(root, path)) return { kind: 'none' };
    const before = statSync(path);
    if (before.isDirectory()) return { kind: 'folder', path };
    if (!before.isFile()) return { kind: 'none' };
    const handle = await open(path, FLAGS);
    const stats = fstatSync(handle.fd);
    if (stats.isFile() && isStillPublic(root, path, handle.fd, stats)) {
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
function isStillPublic(root: string, path: string, fd: number, { dev, ino }: Stats): boolean {
  try {
    const opened = pathOfDescriptor(fd);
    if (opened === undefined) {
      const now = statSync(path);
      return realpathSync.native(path) === path && now.dev === dev && now.ino === ino;
    }
    if (isPublic(root, opened)) return true;
    // On a case-insensitive disk, the system may report the root in other letter case.
    const folder = openSync(root, constants.O_RDONLY);
    const openedRoot = pathOfDescriptor(folder);
    closeSync(folder);
    return openedRoot !== undefined && isPublic(openedRoot, opened);
  } catch {
    return false;
  }
}

/** The path of an open file. Only Linux has it. */
function pathOfDescriptor(fd: number): string | undefined {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return undefined;
  }
}
