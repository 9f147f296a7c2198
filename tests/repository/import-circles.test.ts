import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const packages = fileURLToPath(new URL('../../packages', import.meta.url));

/** What every source file of a package imports from its own package, types included. */
function readImports(name: string): Map<string, string[]> {
  const src = join(packages, name, 'src');
  const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  );
  return new Map(
    files.map((file) => {
      const path = join(src, file);
      const { importedFiles } = ts.preProcessFile(readFileSync(path, 'utf8'));
      const own = importedFiles.map(({ fileName }) => fileName).filter((target) => target.startsWith('.'));
      return [path, own.map((target) => resolve(dirname(path), target))];
    }),
  );
}

function findCircle(imports: Map<string, string[]>): string[] | undefined {
  const done = new Set<string>();
  function walk(file: string, trail: string[]): string[] | undefined {
    if (trail.includes(file)) return [...trail.slice(trail.indexOf(file)), file];
    if (done.has(file)) return undefined;
    for (const target of imports.get(file) ?? []) {
      const circle = walk(target, [...trail, file]);
      if (circle) return circle;
    }
    done.add(file);
    return undefined;
  }
  for (const file of imports.keys()) {
    const circle = walk(file, []);
    if (circle) return circle.map((path) => relative(packages, path));
  }
  return undefined;
}

describe('imports', () => {
  it('[lint] form no circle, imports of types included', () => {
    for (const name of readdirSync(packages)) expect(findCircle(readImports(name))).toBeUndefined();
  });

  it('[lint] the check finds a circle', () => {
    const circle = new Map([
      ['a', ['b', 'c']],
      ['b', []],
      ['c', ['d']],
      ['d', ['a']],
    ]);
    expect(findCircle(circle)).toHaveLength(4);
  });
});
