import { dirname, join, relative } from 'node:path';
import { statSync } from 'node:fs';
import { escapeControls } from '@live-online/internal/escape-controls';
import { isDotfile } from '../../core/dotfiles.ts';
import { isWithin, realPathOf } from '../../files/public-path.ts';
import { shownPath } from '../../files/shown-path.ts';

/** A symlink that leads out of the served folder. */
export interface OutsideLink {
  /** Its path in the served folder. */
  link: string;
  target: string;
}

/** The symlink because of which a path is not served; `undefined` if it is not served for another reason, such as a dotfile. */
export function findOutsideLink(root: string, segments: readonly string[]): OutsideLink | undefined {
  const realRoot = realPathOf(root);
  if (realRoot === undefined) return undefined;
  for (let length = 1; length <= segments.length; length++) {
    const target = realPathOf(join(root, ...segments.slice(0, length)));
    if (target === undefined) return undefined;
    if (isWithin(realRoot, target)) continue;
    const isHidden = relative(dirname(realRoot), target)
      .split(/[/\\]/)
      .some((name) => name !== '..' && isDotfile(name));
    return isHidden ? undefined : { link: segments.slice(0, length).join('/'), target };
  }
  return undefined;
}

/** The warning, with the option that allows the link. */
export function describeOutsideLink({ link, target }: OutsideLink): string {
  const folder = statSync(target, { throwIfNoEntry: false })?.isDirectory() ? target : dirname(target);
  const shown = shownPath(folder);
  return `${escapeControls(link)} is not served: it is a symlink that leads out of the folder; to allow it, start with --allow ${escapeControls(shown)}`;
}
