import { basename, isAbsolute, relative, resolve } from 'node:path';

/** A path as the terminal shows it: relative to the current folder if it lies in it, otherwise absolute. */
export function shownPath(path: string): string {
  return pathInside(path) ?? resolve(path);
}

/** A path for pages of other devices, which may not know where the current folder is: outside of it, only the name. [R21] */
export function publicName(path: string): string {
  return pathInside(path) ?? (basename(resolve(path)) || '/');
}

function pathInside(path: string): string | undefined {
  const short = relative('', path);
  return /^\.\.([/\\]|$)/.test(short) || isAbsolute(short) ? undefined : short || '.';
}
