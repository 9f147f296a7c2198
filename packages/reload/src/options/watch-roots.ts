/** Turns the paths and globs of `watch` into roots, and a filter for the files in them. [R3] */
import { realpathSync, statSync } from 'node:fs';
import { relative, resolve, sep } from 'node:path';
import picomatch from 'picomatch';
import { folderMissing } from '../errors.ts';
import { isWithin } from '../files/public-path.ts';

/** Which files and folders in the roots are watched, if they are not watched as a whole or one was named in another. */
export interface WatchFilter {
  /** Whether a file is watched. */
  includes(path: string): boolean;
  /** Whether a file or a folder, with all in it, is not watched. */
  excludes(path: string): boolean;
  /** Paths in the roots that the user has named, too. What `.gitignore` says about them does not count. */
  named: readonly string[];
}

export interface WatchRoots {
  /** Absolute paths, without paths inside another one. */
  roots: string[];
  /** `undefined` if the roots are watched as a whole. */
  filter: WatchFilter | undefined;
}

/**
 * @param folders absolute paths that are watched as a whole
 * @param watch paths, globs, and globs with `!` for what is not watched; relative to the working directory
 * @throws ReloadServerError `folder-missing`
 */
export function findWatchRoots(folders: readonly string[], watch: readonly string[]): WatchRoots {
  const excluded = watch.filter(isExclusion).map((pattern) => createMatcher(pattern.slice(1)));
  const wanted = watch.filter((pattern) => !isExclusion(pattern));
  const whole = [...folders, ...wanted.filter((path) => !isGlob(path)).map((path) => findPath(path))];
  const included = wanted.filter(isGlob).map(createMatcher);
  for (const { base } of included) findPath(base);
  const roots = withoutNested([...whole, ...included.map(({ base }) => base)]);
  const named = whole.filter((path) => !roots.includes(path) && roots.some((root) => isWithin(root, path)));
  if (excluded.length + included.length + named.length === 0) return { roots, filter: undefined };
  return {
    roots,
    filter: {
      includes: (path) =>
        whole.some((one) => isWithin(one, path)) || included.some(({ matches }) => matches(path)),
      excludes: (path) => excluded.some(({ matches }) => matches(path)),
      named,
    },
  };
}

/** Whether a path matches one of the patterns, and none of those with `!`. Without others, these are exceptions from everything. */
export function createPatternMatcher(patterns: readonly string[]): (path: string) => boolean {
  const excluded = patterns.filter(isExclusion).map((pattern) => createMatcher(pattern.slice(1)));
  const wanted = patterns.filter((pattern) => !isExclusion(pattern)).map(createMatcher);
  return (path) =>
    (wanted.length === 0 || wanted.some(({ matches }) => matches(path))) &&
    !excluded.some(({ matches }) => matches(path));
}

/** Whether a pattern names what is not watched. */
export function isExclusion(pattern: string): boolean {
  return pattern.startsWith('!') && !exists(pattern);
}

/** A folder keeps its name, because it may be a symlink that leads to another folder later. A file is watched where it is. */
export function findPath(path: string, command?: string): string {
  try {
    const real = realpathSync(resolve(path));
    return statSync(real).isDirectory() ? resolve(path) : real;
  } catch (error) {
    throw folderMissing(path, error, command);
  }
}

interface Matcher {
  /** The folder below which a glob matches. */
  base: string;
  matches: (path: string) => boolean;
}

/** A glob that names a folder matches everything in it, too. */
function createMatcher(pattern: string): Matcher {
  const { base, glob } = picomatch.scan(pattern);
  const folder = resolve(base);
  if (glob === '') return { base: folder, matches: (path) => isWithin(folder, path) };
  const matchesName = picomatch([glob, `${glob.replace(/\/$/, '')}/**`], { dot: true });
  return {
    base: folder,
    matches: (path) => isWithin(folder, path) && matchesName(relative(folder, path).split(sep).join('/')),
  };
}

/** A path that exists is no glob, whatever characters it contains. */
function isGlob(path: string): boolean {
  return picomatch.scan(path).isGlob && !exists(path);
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

/** @param paths the first one of those that are the same is kept. */
function withoutNested(paths: readonly string[]): string[] {
  const entries: { real: string; path: string }[] = [];
  for (const path of paths) {
    const real = realpathSync(path);
    if (!entries.some((one) => one.real === real)) entries.push({ real, path });
  }
  return entries.flatMap(({ real, path }) => {
    const above = entries.filter((one) => one.path !== path && isWithin(one.path, path));
    if (above.some((one) => isWithin(one.real, real))) return [];
    // A symlink in another root is not followed there.
    return above.length > 0 ? real : path;
  });
}
