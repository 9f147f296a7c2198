import type { ReloadUpdate } from '@live-online/protocol';

/** What a file is to a page, judged by its name. */
export type FileClass = 'css' | 'image' | 'html' | 'source' | 'other';

const CLASSES: Readonly<Record<Exclude<FileClass, 'other'>, readonly string[]>> = {
  css: ['css'],
  image: ['png', 'jpg', 'jpeg', 'jfif', 'gif', 'webp', 'avif', 'apng', 'svg', 'ico', 'bmp', 'cur'],
  html: ['html', 'htm'],
  // No browser reads these: a build makes something of them, and that is what will change.
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

/** A changed file as pages may know it. */
export interface NamedChange {
  kind: 'added' | 'changed' | 'removed';
  /** The path of its URL where that is known, otherwise its path in a watched folder; slashes either way. */
  name: string;
  /** Whether it lies in what is served, so that `name` is the path of a URL. */
  served: boolean;
  /** How it has been used so far. */
  use: FileUse;
  /** What stands in it now, where that is known. */
  text?: string;
}

/**
 * How pages have used a file:
 * - `never`: nobody has asked for it
 * - `document`: it was opened as a page, and nothing else
 * - `part`: some page has loaded it
 * - `unknown`: it may have been used without anybody here noticing
 */
export type FileUse = 'never' | 'document' | 'part' | 'unknown';

/** What a page is to do about a change, apart from the version. [R4] */
export type Decision = Omit<ReloadUpdate, 'version'>;

/** How much text of stylesheets may travel with one update. A page asks for the others by itself. */
const MAX_TEXT_LENGTH = 256 << 10;

/**
 * Decides what one page is to do.
 *
 * @param document the name of the file that the page was made from, where that is known.
 */
export function decideUpdate(changes: readonly NamedChange[], document: string | undefined): Decision {
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
    // What is new may be what a page has been missing, and what has gone shows as missing after a reload only.
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
