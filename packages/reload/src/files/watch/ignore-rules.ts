import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import ignore, { type Ignore } from 'ignore';
import picomatch from 'picomatch';
import { isDotfile } from '../../core/dotfiles.ts';
import { isWithin } from '../public-path.ts';
import type { FolderWatchOptions } from './folder-watch.ts';

/** What is not watched: dotfiles, `node_modules`, temporary files of editors and systems, and what `.gitignore` and globs name. [R3] */
export interface IgnoreRules {
  /** Whether an entry is ignored, given that its folder is not. */
  ignores(path: string, isFolder: boolean): boolean;
  /** Whether an entry, or any folder between the root and it, is ignored. */
  ignoresDeep(path: string, isFolder: boolean): boolean;
  /** Whether a glob of the options names an entry, or a folder above it. */
  matchesGlob(path: string): boolean;
  /** Whether changing this file changes the rules. */
  isRule(path: string): boolean;
  /** Reads all rules again, when they are needed next. */
  reload(): void;
}

/** For how many folders the rules are cached. A walk visits the files of a folder one after another. */
const MAX_CACHED_FOLDERS = 1_000;

const TEMPORARY_FILES = [
  /~$/,
  /^#.*#$/,
  /\.sw[a-z]$/,
  /^4913$/,
  /^___jb_\w+___$/,
  /___jb_(tmp|old)___$/,
  /\.(tmp|temp|part|crdownload|bak)$/,
  /\.tmp[.-]?\w*$/,
  /^(thumbs\.db|desktop\.ini)$/i,
];

/** Whether an editor or a system creates a file of this name for itself. */
function isEditorTempFile(name: string): boolean {
  return TEMPORARY_FILES.some((pattern) => pattern.test(name));
}

export function createIgnoreRules(
  root: string,
  globs: readonly string[],
  filter?: FolderWatchOptions['filter'],
): IgnoreRules {
  const matcher = globs.length > 0 ? picomatch(globs.flatMap(variants), { dot: true }) : undefined;
  const matchesGlob = (path: string): boolean =>
    (matcher?.(slashed(relative(root, path))) ?? false) || (filter?.excludes(path) ?? false);
  /** The rules that apply in each folder, so that they are not searched for each of its files. */
  const rulesOfFolders = new Map<string, Rules>();
  const hiddenPaths = new Map<string, boolean>();
  // The deepest first.
  const named = (filter?.named ?? [])
    .filter((one) => isWithin(root, one))
    .sort((a, b) => b.length - a.length);
  const above = foldersAbove(root);
  // A root that git ignores is watched as if git did not.
  const outer = above.some((folder) => rulesOf(folder)?.ignores(slashed(relative(folder, root)) + '/'))
    ? []
    : above;

  function rulesIn(folder: string): Rules {
    let rules = rulesOfFolders.get(folder);
    if (!rules) {
      const outside = folder.length <= root.length;
      rules = outside ? outer.reduce(addRulesOf, []) : rulesIn(dirname(folder));
      rules = addRulesOf(rules, folder);
      if (rulesOfFolders.size >= MAX_CACHED_FOLDERS) rulesOfFolders.clear();
      rulesOfFolders.set(folder, rules);
    }
    return rules;
  }

  /** @param top the rules of the folders above it do not count */
  function matchesRules(path: string, isFolder: boolean, top = ''): boolean {
    let ignored = false;
    // A deeper .gitignore overrides the ones above.
    for (const [folder, rules] of rulesIn(dirname(path))) {
      if (folder.length < top.length) continue;
      const name = slashed(relative(folder, path)) + (isFolder ? '/' : '');
      if (!ignore.isPathValid(name)) continue;
      const verdict = rules.test(name);
      if (verdict.ignored) ignored = true;
      else if (verdict.unignored) ignored = false;
    }
    return ignored;
  }

  function isHidden(path: string): boolean {
    let hidden = hiddenPaths.get(path);
    if (hidden === undefined)
      hiddenPaths.set(path, (hidden = pathsTo(path).some((one) => matchesRules(one, true))));
    return hidden;
  }

  function ignoredByGit(path: string, isFolder: boolean): boolean {
    // A path that git ignores and the user has named is watched as if git did not, like such a root.
    if (named.some((one) => isWithin(path, one))) return false;
    return matchesRules(
      path,
      isFolder,
      named.find((one) => isWithin(one, path) && isHidden(one)),
    );
  }

  /** The paths from the entry of the root on. */
  function pathsTo(path: string): string[] {
    const segments = relative(root, path).split(sep);
    return segments.map((_, index) => join(root, ...segments.slice(0, index + 1)));
  }

  function ignores(path: string, isFolder: boolean): boolean {
    const name = basename(path);
    if (name === 'node_modules' || isDotfile(name) || isEditorTempFile(name)) return true;
    if (filter && !isFolder && !filter.includes(path)) return true;
    return matchesGlob(path) || ignoredByGit(path, isFolder);
  }

  return {
    ignores,
    ignoresDeep(path, isFolder) {
      if (path === root) return false;
      return pathsTo(path).some((one) => ignores(one, isFolder || one !== path));
    },
    matchesGlob,
    isRule: (path) => basename(path) === '.gitignore',
    reload() {
      rulesOfFolders.clear();
      hiddenPaths.clear();
    },
  };
}

/** Rules with the folders that they are relative to, from the outermost on. */
type Rules = readonly (readonly [folder: string, rules: Ignore])[];

function addRulesOf(rules: Rules, folder: string): Rules {
  const own = rulesOf(folder);
  return own ? [...rules, [folder, own]] : rules;
}

/** The rules of a folder's own `.gitignore`, and of the file in which git keeps the rules of this clone alone. */
function rulesOf(folder: string): Ignore | undefined {
  const sources = [join(folder, '.gitignore')];
  if (existsSync(join(folder, '.git'))) sources.unshift(join(folder, '.git', 'info', 'exclude'));
  const texts = sources.flatMap((source) => readText(source) ?? []);
  return texts.length > 0 ? ignore({ allowRelativePaths: false }).add(texts.join('\n')) : undefined;
}

/** A glob without a slash matches in any folder, as in `.gitignore`; one that names a folder matches what is in it. */
function variants(glob: string): string[] {
  const bare = glob.replace(/^\.?\//, '').replace(/\/$/, '');
  const anywhere = bare.includes('/') ? [bare] : [bare, `**/${bare}`];
  return anywhere.flatMap((one) => [one, `${one}/**`]);
}

/** The folders from the top of the git repository down to, and without, `root`. */
function foldersAbove(root: string): string[] {
  const folders: string[] = [];
  if (existsSync(join(root, '.git'))) return folders;
  for (let folder = dirname(root); ; folder = dirname(folder)) {
    folders.unshift(folder);
    if (existsSync(join(folder, '.git'))) return folders;
    // Without a repository, no rules above the root apply.
    if (folder === dirname(folder)) return [];
  }
}

function slashed(path: string): string {
  return sep === '/' ? path : path.split(sep).join('/');
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
