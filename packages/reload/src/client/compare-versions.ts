import type { ContentVersion } from '@live-online/protocol';

/**
 * Decides what a page does when the server sends its current version. [R6]
 *
 * @param page the version of the page.
 * @param reloadedVersion the version at which the page was loaded again last.
 * @returns `wait` while the server has not read all files.
 */
export function compareVersions(
  page: ContentVersion,
  current: ContentVersion,
  reloadedVersion: string | undefined,
): 'same' | 'wait' | 'reload' {
  if (page.id === current.id) return 'same';
  if (page.digest !== undefined) {
    if (current.digest === undefined) return 'wait';
    if (current.digest === page.digest) return 'same';
  }
  return reloadedVersion === page.id ? 'same' : 'reload';
}
