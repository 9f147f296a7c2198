/** The part of a script element that is read. */
export type ScriptTag = Pick<HTMLScriptElement, 'src' | 'async' | 'defer' | 'dataset'>;

/**
 * The base address of the server that served the script: its address without query and file name. A file name has a dot;
 * a last segment without a dot is a folder, whose slash is missing.
 */
export function baseOf(src: string): string {
  return src.replace(/([^/?#]*\.[^/?#]*)?([?#].*)?$/, '');
}
