/** Restores the globs of `--watch` from what a shell makes of them. */
import { statSync } from 'node:fs';

export interface WatchArguments {
  /** The values of `--watch`, split at commas; `undefined` without the flag. */
  watch: string[] | undefined;
  /** The arguments that belong to no flag. */
  rest: string[];
}

/**
 * A shell that expands a glob passes each file as an argument of its own. Such arguments follow `--watch`; a file can be nothing else,
 * because only a folder can be served.
 */
export function restoreWatchArguments(
  args: readonly string[],
  { watch, rest }: WatchArguments,
  isFile: (path: string) => boolean = isFileOnDisk,
): WatchArguments {
  if (watch === undefined) return { watch, rest };
  const following = new Set(
    args.flatMap((arg, index) => (arg === '--watch' ? valuesAfter(args, index + 2) : [])),
  );
  const isCertain = (arg: string): boolean => arg.startsWith('!') || isFile(arg);
  const folders = rest.filter((arg) => !isCertain(arg));
  const isWatched = (arg: string): boolean => isCertain(arg) || (folders.length > 1 && following.has(arg));
  return {
    watch: [...joinBraces(watch).map(withoutQuotes), ...rest.filter(isWatched)],
    rest: rest.filter((arg) => !isWatched(arg)),
  };
}

function valuesAfter(args: readonly string[], start: number): string[] {
  const end = args.findIndex((arg, index) => index >= start && arg.startsWith('-'));
  return args.slice(start, end === -1 ? args.length : end);
}

/** Joins the parts of a glob such as `src/*.{php,html}` that was split at its comma. */
export function joinBraces(parts: readonly string[]): string[] {
  const joined: string[] = [];
  for (const part of parts) {
    const last = joined.at(-1);
    if (last !== undefined && count(last, '{') > count(last, '}'))
      joined[joined.length - 1] = `${last},${part}`;
    else joined.push(part);
  }
  return joined;
}

function count(text: string, character: string): number {
  return text.split(character).length - 1;
}

/** The shells of Windows pass single quotes on. */
function withoutQuotes(pattern: string): string {
  return pattern.replace(/^'|'$/g, '');
}

function isFileOnDisk(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
