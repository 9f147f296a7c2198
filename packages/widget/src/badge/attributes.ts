/** The part of a script element that is read. */
export type ScriptTag = Pick<HTMLScriptElement, 'src' | 'async' | 'defer' | 'dataset'>;

/**
 * The base address of the server that served the script: its address without query and file name. A file name has a dot;
 * a last segment without a dot is a folder, whose slash is missing.
 */
export function baseOf(src: string): string {
  return src.replace(/([^/?#]*\.[^/?#]*)?([?#].*)?$/, '');
}

/**
 * Whether the widget starts without a call of `init()`. A tag that a script inserts is always `async`, so that the page
 * cannot know when `init()` exists. Attributes that other tools add to a tag (`data-cfasync`, `data-turbo-track`) do not
 * start it.
 */
export function isAutoStart({ async, defer, dataset }: ScriptTag): boolean {
  const isOwn = /\b(server|token|label|position|theme)\b/.test(`${Object.keys(dataset)}`);
  return async || defer || isOwn;
}
