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
import { isPublic } from '../../files/public-path.ts';

/** A file that is open for reading, or what is there instead. */
export type Resolved =
  | { kind: 'file'; handle: FileHandle; stats: Stats; path: string }
  | { kind: 'folder'; path: string }
  | { kind: 'none' }
  | { kind: 'denied' }
  | { kind: 'busy' };

/** `O_NONBLOCK`: opening a pipe must not wait for its writer. */
const FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/**
 * Opens the file that names lead to below `root`, if it lies inside and is no dotfile; links count as what they lead to. That
 * path and no other is opened. [R8]
 *
 * What costs the system less than waiting for its answer would cost us is asked at once.
 *
 * @param root a real path.
 */
export async function resolveFile(root: string, segments: readonly string[]): Promise<Resolved> {
  try {
    const asked = join(root, ...segments);
    const path = realpathSync.native(asked);
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

/** Whether an open file may be shown: one of its folders may have become a symlink since its path was read. */
function isStillPublic(root: string, path: string, fd: number, { dev, ino }: Stats): boolean {
  try {
    const place = placeOf(fd);
    if (place === undefined) {
      const now = statSync(path);
      return realpathSync.native(path) === path && now.dev === dev && now.ino === ino;
    }
    if (isPublic(root, place)) return true;
    // A disk that takes upper and lower case for the same may spell the root otherwise than whoever named it.
    const folder = openSync(root, constants.O_RDONLY);
    const spelled = placeOf(folder);
    closeSync(folder);
    return spelled !== undefined && isPublic(spelled, place);
  } catch {
    return false;
  }
}

/** Where an open file lies; only Linux says it. */
function placeOf(fd: number): string | undefined {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return undefined;
  }
}
