/** Folders and their index files. Each repetition begins with a slash, so that matching takes no exponential time. */
const FOLDER_END = /(?:\/(?:index\.(?:html?|php))?)+$/;
/** What a browser's `location.pathname` consists of. Its length stands here, so that a client needs no `limits`. */
const PATH = /^\/[!-~]{0,255}$/;

/**
 * The path under which a page is counted: without query and fragment, without a slash or an index file at its end.
 * Percent-encoding stays as it is. The result is a normalized path itself. [P21]
 *
 * @param path such as `location.pathname`.
 * @returns `undefined` if it does not begin with a slash, is longer than 256 characters, or has a character that browsers
 * percent-encode.
 * @example
 * ```ts
 * import { normalizePath } from '@live-online/protocol';
 *
 * console.log(normalizePath('/blog/index.html?from=mail#top')); // "/blog"
 * ```
 */
export function normalizePath(path: string): string | undefined {
  const bare = path.split(/[?#]/, 1)[0]!;
  return PATH.test(bare) ? bare.replace(FOLDER_END, '') || '/' : undefined;
}
