import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { createIgnoreRules } from '../files/watch/ignore-rules.ts';
import type { ResolvedReloadServerOptions } from '../options/options.ts';
import { listFirst, note, ok, problem, type Finding } from './finding.ts';

/** Where backends keep the files that they serve at `/`. */
const PUBLIC_FOLDERS = ['', 'public', 'static', 'dist', 'build', 'assets', 'www', 'web'];

/** Checks that the files that a page loads are watched. */
export function checkFiles(
  {
    source,
    roots,
    ignore,
    filter,
  }: Pick<ResolvedReloadServerOptions, 'source' | 'roots' | 'ignore' | 'filter'>,
  files: readonly URL[],
): Finding[] {
  if (files.length === 0)
    return [ok('files', 'The page loads no scripts, stylesheets or images of its own.')];
  const folders = source.kind === 'folder' ? [source.folder] : roots;
  const unknown: string[] = [];
  const findings: Finding[] = [];
  for (const { pathname } of files) {
    const found = findFile(folders, pathname, source.kind === 'folder');
    if (!found) {
      unknown.push(pathname);
      continue;
    }
    const { root, path } = found;
    const rules = createIgnoreRules(root, ignore, filter);
    const name = relative(root, path);
    if (rules.matchesGlob(path)) {
      findings.push(
        problem(
          'files',
          `The page loads ${pathname}, and --ignore matches ${name}.`,
          'Remove that --ignore.',
        ),
      );
    } else if (source.kind !== 'folder' && rules.ignoresDeep(path, false)) {
      findings.push(
        problem(
          'files',
          `The page loads ${pathname}, and ${name} is not watched: .gitignore names it, or it is in node_modules.`,
          `Name single folders instead of ${relative('', root) || '.'}, with this one among them: --watch src,${relative('', join(path, '..')) || '.'}`,
        ),
      );
    }
  }
  if (unknown.length > 0) findings.push(describeUnknown(unknown, source.kind === 'folder'));
  return findings.length > 0
    ? findings
    : [ok('files', `Files that the page loads and that are watched: ${files.length}.`)];
}

function describeUnknown(names: readonly string[], isServed: boolean): Finding {
  const list = listFirst(names);
  return isServed
    ? note(
        'files',
        `The page loads ${list}, which does not exist.`,
        'Compare the address in the page with the folder.',
      )
    : note(
        'files',
        `No watched folder contains ${list}, which the page loads.`,
        'If you edit it, add its folder with --watch.',
      );
}

function findFile(
  roots: readonly string[],
  pathname: string,
  isServed: boolean,
): { root: string; path: string } | undefined {
  const segments = decode(pathname).split('/').filter(Boolean);
  // A backend may serve a folder below a name of its own, such as /static/.
  const tails = isServed ? [segments] : [segments, segments.slice(1)].filter((tail) => tail.length > 0);
  for (const root of roots)
    for (const folder of isServed ? [''] : PUBLIC_FOLDERS)
      for (const tail of tails) {
        const path = join(root, folder, ...tail);
        if (existsSync(path)) return { root, path };
      }
  return undefined;
}

function decode(pathname: string): string {
  try {
    return decodeURIComponent(pathname);
  } catch {
    return pathname;
  }
}
