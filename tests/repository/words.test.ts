import { readdirSync, readFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { filesBelow } from '../helpers/files-below.ts';
import { readRows, readSection } from '../helpers/markdown.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const HEADING = 'Words to avoid';

interface Text {
  file: string;
  line: number;
  text: string;
}

/** The table of CONTRIBUTING.md: words, and what to use instead. */
const banned = readRows('CONTRIBUTING.md', HEADING).map(([words, use]) => ({
  pattern: new RegExp(`\\b(?:${words!.split(', ').join('|')})\\b`, 'gi'),
  use: use!,
}));

/** Problems such as `README.md:7: "somebody": use the subject's name`. */
function problemsIn({ file, line, text }: Text): string[] {
  // `createDoor` and `MAX_DOORS` contain words, too.
  const words = text.replace(/([a-z\d])([A-Z])/g, '$1 $2').replaceAll('_', ' ');
  return banned.flatMap(({ pattern, use }) =>
    [...words.matchAll(pattern)].map(([word]) => `${file}:${line}: "${word}": use ${use}`),
  );
}

/** The lines of a file, and its name as line 0. */
function linesOf(path: string): Text[] {
  const file = relative(root, path);
  const lines = readFileSync(path, 'utf8').split('\n');
  return [
    { file, line: 0, text: basename(path) },
    ...lines.map((text, index) => ({ file, line: index + 1, text })),
  ];
}

/** The titles of `it`, `describe` and the like, and the name of the file as line 0. */
function titlesOf(path: string): Text[] {
  const file = relative(root, path);
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
  const titles: Text[] = [{ file, line: 0, text: basename(path) }];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && /^(?:it|test|describe)\b/.test(node.getText(source))) {
      const [title] = node.arguments;
      if (title && (ts.isStringLiteralLike(title) || ts.isTemplateExpression(title))) {
        const { line } = source.getLineAndCharacterOfPosition(title.getStart(source));
        titles.push({ file, line: line + 1, text: title.getText(source) });
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return titles;
}

const packages = readdirSync(join(root, 'packages')).map((name) => join(root, 'packages', name));
const sources = packages.map((path) => join(path, 'src'));
const tests = packages.map((path) => join(path, 'test'));
const avoided = new Set(readSection('CONTRIBUTING.md', HEADING).map(({ number }) => number));

describe('words', () => {
  it.each([
    [
      'sources',
      [...sources, join(root, 'scripts'), join(root, 'bench')]
        .flatMap((path) => filesBelow(path, /./))
        .flatMap(linesOf),
    ],
    [
      'test titles',
      [...tests, join(root, 'tests')].flatMap((path) => filesBelow(path, /\.ts$/)).flatMap(titlesOf),
    ],
    [
      'documents',
      filesBelow(root, /(?<!CHANGELOG)\.md$/)
        .flatMap(linesOf)
        .filter(({ file, line }) => file !== 'CONTRIBUTING.md' || !avoided.has(line)),
    ],
  ])('[docs] %s contain no word of the table in CONTRIBUTING.md', (_name, texts) => {
    expect(texts.length).toBeGreaterThan(100);
    const problems = texts.flatMap(problemsIn);
    if (problems.length > 0) expect.fail(`${problems.length} words to avoid:\n${problems.join('\n')}`);
  });

  it('[docs] a word would be found, also as a part of a name', () => {
    const found = (text: string) => problemsIn({ file: 'a.ts', line: 1, text });
    expect(found('it tells createDoor')).toEqual([
      expect.stringMatching(/^a\.ts:1: "tells": use .*send/),
      expect.stringMatching(/^a\.ts:1: "Door": use .*guard/),
    ]);
    expect(found('outdoors, intelligence')).toEqual([]);
  });
});
