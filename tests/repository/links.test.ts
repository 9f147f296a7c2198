import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { filesBelow } from '../helpers/files-below.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The anchors of the headings in a document, as GitHub makes them. */
function anchorsOf(path: string): string[] {
  const headings = readFileSync(path, 'utf8').matchAll(/^#+ (.+)$/gm);
  return [...headings].map(([, title]) =>
    title!
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** The links of a document to files that do not exist, or to headings that they do not have. */
function brokenLinksIn(document: string): string[] {
  const links = readFileSync(document, 'utf8').matchAll(/\]\((?!\w+:)([^)#\s]*)(?:#([^)\s]+))?\)/g);
  return [...links]
    .filter(([, path, anchor]) => {
      const target = path === '' ? document : join(dirname(document), path!);
      if (!existsSync(target)) return true;
      return anchor !== undefined && (statSync(target).isDirectory() || !anchorsOf(target).includes(anchor));
    })
    .map(([link]) => `${relative(root, document)}: ${link.slice(1)}`);
}

it('[docs] links between documents lead to files and headings that exist', () => {
  const documents = filesBelow(root, /(?<!CHANGELOG)\.md$/);
  expect(documents.length).toBeGreaterThan(10);
  expect(documents.flatMap(brokenLinksIn)).toEqual([]);
});
