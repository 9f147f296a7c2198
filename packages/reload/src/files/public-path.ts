import { realpathSync } from 'node:fs';
import { sep } from 'node:path';
import { isDotfile } from '../core/dotfiles.ts';

/** Whether a path is a folder, or lies in it at any depth. */
export function isWithin(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

/**
 * Whether a file may be shown: it lies in `root`, and no part of its path below `root` is a dotfile. [R8]
 *
 * @param root it may lie below a dotfile itself.
 * @param path without links below the root, so that a link counts as the file that it leads to.
 */
export function isPublic(root: string, path: string): boolean {
  return isWithin(root, path) && !path.slice(root.length).split(sep).some(isDotfile);
}

/** The same for several folders. */
export function isPublicInOneOf(folders: readonly string[], path: string): boolean {
  return folders.some((folder) => isPublic(folder, path));
}

/**
 * The path without symlinks below `root`; `undefined` if nothing is there. A root may be reached through symlinks itself, and keeps
 * its name, so that it can lead to another folder later.
 */
export function resolveLinks(root: string, path: string): string | undefined {
  const realRoot = realPathOf(root);
  const real = realPathOf(path);
  if (real === undefined || realRoot === undefined || realRoot === root || !isWithin(realRoot, real))
    return real;
  return root + real.slice(realRoot.length);
}

/** The path without symlinks; `undefined` if nothing is there, or it may not be read. */
export function realPathOf(path: string): string | undefined {
  try {
    return realpathSync.native(path);
  } catch {
    return undefined;
  }
}
