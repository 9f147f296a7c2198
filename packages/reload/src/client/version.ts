import type { ContentVersion } from '@live-online/protocol';

/**
 * What a page is to do when it hears where the content stands. [R6]
 *
 * @param have what the page was made from.
 * @param guarded the version for which the page has been loaded again already, without getting another one.
 */
export function compareVersions(
  have: ContentVersion,
  now: ContentVersion,
  guarded: string | undefined,
): 'same' | 'wait' | 'reload' {
  if (have.id === now.id) return 'same';
  if (have.digest !== undefined) {
    if (now.digest === undefined) return 'wait';
    if (now.digest === have.digest) return 'same';
  }
  return guarded === have.id ? 'same' : 'reload';
}
