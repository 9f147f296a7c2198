import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { readExamples, readPublicFunctions, type DocExample } from '../helpers/doc-examples.ts';

const published = ['protocol', 'server', 'widget', 'reload'];
const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  lib: ['lib.es2022.d.ts', 'lib.dom.d.ts'],
  types: ['node'],
  strict: true,
  skipLibCheck: true,
  noEmit: true,
};

/** Compiles all examples in one program, each as a module of its package. Returns the errors by place. */
function compile(examples: readonly DocExample[]): string[] {
  const files = new Map(
    examples.map((example, index) => [join(example.folder, `doc-example-${index}.ts`), example]),
  );
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile } = host;
  host.fileExists = (path) => files.has(path) || fileExists(path);
  host.readFile = (path) => files.get(path)?.code ?? readFile(path);
  const program = ts.createProgram([...files.keys()], options, host);
  const errors = [...program.getOptionsDiagnostics(), ...program.getGlobalDiagnostics()];
  for (const path of files.keys()) {
    const source = program.getSourceFile(path)!;
    errors.push(...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source));
  }
  return errors.map(({ file, messageText }) => {
    const place = (file && files.get(file.fileName)?.place) ?? 'options';
    return `${place}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
  });
}

describe('examples in docstrings', () => {
  it.each(published)('[docs] every function that %s exports has one @example, which imports it', (name) => {
    for (const { name: exported, specifier, examples } of readPublicFunctions(name)) {
      expect(examples, `@example of ${exported} of ${specifier}`).toHaveLength(1);
      const from = new RegExp(`import \\{[^}]*\\b${exported}\\b[^}]*\\} from '${specifier}';`);
      expect(examples[0], `@example of ${exported}`).toMatch(from);
    }
  });

  it('[docs] every @example compiles, and a wrong one does not', () => {
    const examples = published.flatMap(readExamples);
    expect(examples.length).toBeGreaterThan(0);
    const { folder } = examples[0]!;
    const wrong = [
      `import { isTotal } from '@live-online/protocol';\nisTotal(1, 2);`,
      `import { isMissing } from '@live-online/protocol';\nisMissing();`,
    ].map((code, index) => ({ folder, place: `wrong ${index}`, code }));
    expect(compile([...examples, ...wrong])).toEqual([
      expect.stringMatching(/^wrong 0: .*arguments/),
      expect.stringMatching(/^wrong 1: .*isMissing/),
    ]);
  });
});
