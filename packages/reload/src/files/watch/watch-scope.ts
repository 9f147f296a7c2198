import { dirname } from 'node:path';
import { isWithin } from '../public-path.ts';
import type { IgnoreRules } from './ignore-rules.ts';

/** What decides which files of a root are reported. [R3] */
export interface WatchScope {
  readonly root: string;
  /** The one file in `root` that is watched, instead of all. */
  readonly only: string | undefined;
  readonly rules: Pick<IgnoreRules, 'ignores' | 'ignoresDeep'>;
  /** Files that are reported whatever the rules ignore. */
  readonly included: ReadonlySet<string>;
  /** The watched folders; in a partial one, which is ignored, only included files are reported. */
  readonly folders: ReadonlyMap<string, { readonly partial: boolean }>;
}

/** Whether changes of this file are reported. */
export function accepts({ root, only, rules, included, folders }: WatchScope, path: string): boolean {
  if (included.has(path)) return true;
  if (only !== undefined) return false;
  const folder = folders.get(dirname(path));
  // The folders above a watched folder are not ignored.
  if (folder) return !folder.partial && !rules.ignores(path, false);
  return isWithin(root, path) && !rules.ignoresDeep(path, false);
}

/** Whether only included files of a folder are reported. */
export function isPartial({ root, only, rules }: WatchScope, folder: string): boolean {
  return only !== undefined || (folder !== root && rules.ignoresDeep(folder, true));
}
