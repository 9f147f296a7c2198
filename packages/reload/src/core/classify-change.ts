import type { ReloadUpdate } from '@live-online/protocol';

/** What a page uses a file for, by its name. */
export type FileClass = 'css' | 'image' | 'html' | 'source' | 'other';

const CLASSES: Readonly<Record<Exclude<FileClass, 'other'>, readonly string[]>> = {
  css: ['css'],
  image: ['png', 'jpg', 'jpeg', 'jfif', 'gif', 'webp', 'avif', 'apng', 'svg', 'ico', 'bmp', 'cur'],
  html: ['html', 'htm'],
  // Browsers read none of these: a build turns them into files that change afterwards.
  source: 'scss sass less styl stylus pcss ts tsx mts cts jsx coffee vue svelte astro map'.split(' '),
};
const CLASS_OF = new Map(
  Object.entries(CLASSES).flatMap(([name, extensions]) =>
    extensions.map((extension) => [extension, name as FileClass] as const),
  ),
);

export function classifyFile(path: string): FileClass {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const dot = name.lastIndexOf('.');
  return (dot > 0 && CLASS_OF.get(name.slice(dot + 1).toLowerCase())) || 'other';
}

/** A changed file, as pages may know it. */
export interface NamedChange {
  kind: 'added' | 'changed' | 'removed';
  /** The path of its URL if that is known, otherwise its path in a watched folder; with slashes on every system. */
  name: string;
  /** Whether it is in the served folder, so that `name` is the path of a URL. */
  served: boolean;
  use: FileUse;
  /** Its new text, if it is known. */
  text?: string;
}

/** The name of a changed file in reports. */
export function shownName({ name, served }: NamedChange): string {
  return served ? decodeURI(name.slice(1)) : name;
}

/**
 * How pages have used a file:
 * - `never`: no page has requested it
 * - `document`: it was opened as a page, and never loaded by one
 * - `part`: a page has loaded it
 * - `unknown`: a page may have loaded it from elsewhere
 */
export type FileUse = 'never' | 'document' | 'part' | 'unknown';

/** What a page does about a change, without the version. [R4] */
export type Decision = Omit<ReloadUpdate, 'version'>;

/** How much text of stylesheets one update may carry. Pages request the other files. */
const MAX_TEXT_LENGTH = 256 << 10;

/**
 * Decides what one page does about changed files.
 *
 * @param document the name of the file that the page was made from, if it is known.
 */
export function decideUpdate(changes: readonly NamedChange[], document?: string): Decision {
  const css: string[] = [];
  const cssTexts: [name: string, text: string][] = [];
  const images: string[] = [];
  let html: NamedChange | undefined;
  let exact = true;
  let textLength = 0;
  for (const change of changes) {
    const { name, kind, served, use, text } = change;
    const fileClass = classifyFile(name);
    if (fileClass === 'source' && use === 'never') continue;
    // A page may have missed a new file, and shows that a file was removed only after a reload.
    if (kind !== 'changed') return { action: 'reload' };
    if (fileClass === 'css') {
      css.push(name);
      textLength += text?.length ?? 0;
      if (text !== undefined && textLength <= MAX_TEXT_LENGTH) cssTexts.push([name, text]);
    } else if (fileClass === 'image') images.push(name);
    else if (fileClass === 'html' && served && name === document) html = change;
    else if (!(fileClass === 'html' && use === 'document')) return { action: 'reload' };
    if ((fileClass === 'css' || fileClass === 'image') && !served) exact = false;
  }
  if (css.length === 0 && images.length === 0 && !html) return { action: 'none' };
  return {
    action: 'apply',
    ...(css.length > 0 && { css }),
    ...(cssTexts.length > 0 && { cssTexts: Object.fromEntries(cssTexts) }),
    ...(images.length > 0 && { images }),
    ...(html && { html: true }),
    ...(html?.text !== undefined && { htmlText: html.text }),
    ...((css.length > 0 || images.length > 0) && { exact }),
  };
}
