import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const packages = fileURLToPath(new URL('../../packages', import.meta.url));

/** The code of one `@example`, and where it is. */
export interface DocExample {
  /** The folder of the package, whose dependencies the code may import. */
  readonly folder: string;
  /** The source file and the line of the tag. */
  readonly place: string;
  readonly code: string;
  /** @default 'ts' */
  readonly extension?: 'ts' | 'tsx';
}

/** A function that users can import. */
export interface PublicFunction {
  readonly name: string;
  /** What users import it from, such as `@live-online/server/redis`. */
  readonly specifier: string;
  readonly examples: readonly string[];
}

/** Every `@example` in the sources of a package. Code outside a fenced `ts` block is in the result as it is. */
export function readExamples(name: string): DocExample[] {
  const folder = join(packages, name);
  const src = join(folder, 'src');
  return readdirSync(src, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => {
      const source = parse(join(src, file));
      if (!source.text.includes('@example')) return [];
      return exampleTags(source).map((tag) => {
        const { line } = source.getLineAndCharacterOfPosition(tag.getStart());
        return { folder, place: `packages/${name}/src/${file}:${line + 1}`, code: codeOf(tag) };
      });
    });
}

/** The functions that the entries in a package's `exports` export. */
export function readPublicFunctions(name: string): PublicFunction[] {
  const folder = join(packages, name);
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    name: string;
    exports: Record<string, string | { types?: string }>;
  };
  return Object.entries(manifest.exports).flatMap(([path, target]) => {
    const types = typeof target === 'string' ? undefined : target.types;
    const entry = types && /^\.\/dist\/(.+)\.d\.ts$/.exec(types)?.[1];
    if (!entry) return [];
    const specifier = manifest.name + path.slice(1);
    return exportedFunctions(parse(join(folder, 'src', `${entry}.ts`))).map(({ name: exported, node }) => ({
      name: exported,
      specifier,
      examples: ts.getJSDocTags(node).filter(isExample).map(codeOf),
    }));
  });
}

const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  lib: ['lib.es2022.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
  types: ['node'],
  jsx: ts.JsxEmit.ReactJSX,
  strict: true,
  skipLibCheck: true,
  noEmit: true,
};

/**
 * Compiles all examples in one program, each as a module of its package. Returns the errors by place.
 *
 * @param overrides changes the options of the compiler
 */
export function compileExamples(
  examples: readonly DocExample[],
  overrides: ts.CompilerOptions = {},
): string[] {
  const all = { ...options, ...overrides };
  const files = new Map(
    examples.map((example, index) => [
      join(example.folder, `doc-example-${index}.${example.extension ?? 'ts'}`),
      example,
    ]),
  );
  const host = ts.createCompilerHost(all);
  const { fileExists, readFile } = host;
  host.fileExists = (path) => files.has(path) || fileExists(path);
  host.readFile = (path) => files.get(path)?.code ?? readFile(path);
  const program = ts.createProgram([...files.keys()], all, host);
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

function parse(path: string): ts.SourceFile {
  return ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.ES2022, true);
}

function exampleTags(node: ts.Node): ts.JSDocTag[] {
  const tags = ts.getJSDocTags(node).filter((tag) => isExample(tag) && tag.parent.parent === node);
  return [...tags, ...node.getChildren().flatMap(exampleTags)];
}

function isExample(tag: ts.JSDocTag): boolean {
  return tag.tagName.text === 'example';
}

function codeOf(tag: ts.JSDocTag): string {
  const text = ts.getTextOfJSDocComment(tag.comment) ?? '';
  return /^\s*```ts\n([\s\S]*)\n```\s*$/.exec(text)?.[1] ?? text;
}

/** The functions among the exports of a file. Re-exports are followed, `export *` is not allowed. */
function exportedFunctions(source: ts.SourceFile): { name: string; node: ts.Node }[] {
  return source.statements.flatMap((statement) => {
    if (ts.isExportDeclaration(statement)) return reExportedFunctions(statement, source.fileName);
    const isExported =
      ts.canHaveModifiers(statement) &&
      ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
    if (!isExported) return [];
    if (ts.isFunctionDeclaration(statement)) return [{ name: statement.name!.text, node: statement }];
    if (!ts.isVariableStatement(statement)) return [];
    return statement.declarationList.declarations
      .filter(({ initializer }) => initializer && ts.isFunctionLike(initializer))
      .map(({ name }) => ({ name: name.getText(), node: statement }));
  });
}

function reExportedFunctions(
  { isTypeOnly, exportClause, moduleSpecifier }: ts.ExportDeclaration,
  from: string,
): { name: string; node: ts.Node }[] {
  if (isTypeOnly) return [];
  if (!exportClause || !ts.isNamedExports(exportClause) || !moduleSpecifier) {
    throw new Error(`${from}: only \`export { … } from '…'\` is allowed in an entry`);
  }
  const { text } = moduleSpecifier as ts.StringLiteral;
  if (!text.startsWith('.')) return [];
  const functions = exportedFunctions(parse(resolve(dirname(from), text)));
  return exportClause.elements.flatMap(({ isTypeOnly: isType, name, propertyName = name }) =>
    isType
      ? []
      : functions
          .filter((found) => found.name === propertyName.text)
          .map(({ node }) => ({ name: name.text, node })),
  );
}
