import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readRows } from '../helpers/markdown.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const isFull = /^(?:packages|tests|scripts|bench|examples|docs|\.github|\.changeset)(?:\/|$)/;

/** The paths in a cell of the map. Short ones are relative to the folder of the full path before them. */
function pathsInMap(cell: string): string[] {
  let folder = '';
  return codeIn(cell).map((text) => {
    if (!isFull.test(text)) return join(folder, text);
    folder = /\.\w+$/.test(text) ? dirname(text) : text;
    return text;
  });
}

/** The paths in a cell of the vocabulary. They are relative to `src` of the package that is named before them. */
function pathsInVocabulary(cell: string): string[] {
  const paths: string[] = [];
  let src = '';
  for (const [word, path] of cell.matchAll(/`([^`]+)`|\b(?:internal|protocol|reload|server|widget)\b/g)) {
    if (path === undefined) src = `packages/${word}/src`;
    else paths.push(join(src, path));
  }
  return paths;
}

function codeIn(text: string): string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, code]) => code!);
}

const map = readRows('CONTRIBUTING.md', 'Repository map').flatMap(([, cell]) => pathsInMap(cell!));
const vocabulary = readRows('CONTRIBUTING.md', 'Vocabulary').flatMap(([, , cell]) =>
  pathsInVocabulary(cell!),
);
/** Paths anywhere in the text, also in commands. Those below `src` and `test` are in each package. */
const mentioned = [
  ...readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8').matchAll(
    /(?<![\w./-])(?:packages|tests|scripts|bench|examples|src|test)\/[\w./-]*\w/g,
  ),
].map(([path]) => path.replace(/^(?=src\/|test\/)/, 'packages/server/'));
/** All folders directly below `src` of a package, such as `packages/server/src/core`. */
const folders = readdirSync(join(root, 'packages')).flatMap((name) =>
  readdirSync(join(root, 'packages', name, 'src'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => `packages/${name}/src/${entry.name}`),
);

describe('CONTRIBUTING.md', () => {
  it.each([
    ['the repository map', map],
    ['the vocabulary', vocabulary],
    ['the text', mentioned],
  ])('[docs] %s names only paths that exist', (_name, paths) => {
    expect(paths.length).toBeGreaterThan(10);
    // A command may leave out the end of a test's name.
    const isMissing = (path: string) =>
      !existsSync(join(root, path)) && !existsSync(join(root, `${path}.test.ts`));
    expect(paths.filter(isMissing)).toEqual([]);
  });

  it('[docs] the repository map names every folder of the packages', () => {
    expect(folders.filter((folder) => !map.some((path) => `${path}/`.startsWith(`${folder}/`)))).toEqual([]);
  });

  it('[docs] the check finds a missing path', () => {
    expect(pathsInMap('`packages/server/src/a.ts`, `b/c.ts`, `tests`')).toEqual([
      'packages/server/src/a.ts',
      'packages/server/src/b/c.ts',
      'tests',
    ]);
    expect(pathsInVocabulary('server `core/a.ts`, `b.ts`; widget `client`')).toEqual([
      'packages/server/src/core/a.ts',
      'packages/server/src/b.ts',
      'packages/widget/src/client',
    ]);
  });
});
