import { ESLint } from 'eslint';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const eslint = new ESLint({
  cwd: root,
  // On CI, typescript-eslint would take the files as they lie on the disk, and not the text that it is handed.
  overrideConfig: { languageOptions: { parserOptions: { disallowAutomaticSingleRunInference: true } } },
});

/** What lint says about `code`, if it stood at the end of a file of the repository. */
async function lint(path: string, code: string): Promise<string[]> {
  const [result] = await eslint.lintText(code, { filePath: `${root}${path}` });
  return result!.messages.map(({ message }) => message);
}

describe('import rules', () => {
  it.each([
    ['packages/server/src/core/census.ts', `import 'node:fs';`, /The core takes no library/],
    ['packages/server/src/core/census.ts', `import '../stats.ts';`, /The core imports only the core/],
    ['packages/server/src/core/census.ts', `export const at = Date.now();`, /The core asks its Clock/],
    ['packages/server/src/core/census.ts', `setTimeout(() => {}, 1);`, /The core asks its Clock/],
    ['packages/server/src/store/memory.ts', `import '../io/door.ts';`, /A store knows core\/ports.ts only/],
    ['packages/server/src/io/door.ts', `import '../options.ts';`, /The socket and HTTP side knows the core/],
    [
      'packages/server/src/io/door.ts',
      `import '../store/memory.ts';`,
      /The socket and HTTP side knows the core/,
    ],
    [
      'packages/server/src/io/http/script.ts',
      `import '@live-online/widget';`,
      /only the built script, by name/,
    ],
    ['packages/server/src/options.ts', `import './cli/settings.ts';`, /Nothing imports the command line/],
    ['packages/server/src/options.ts', `process.exit(1);`, /belong to src\/cli.ts/],
    [
      'packages/server/src/options.ts',
      `import '../../widget/src/index.ts';`,
      /No package reaches into another/,
    ],
    ['packages/server/src/options.ts', `export default 1;`, /Prefer named exports/],
    ['packages/protocol/src/index.ts', `import '@live-online/server';`, /The protocol depends on nothing/],
    [
      'packages/widget/src/index.ts',
      `import '@live-online/server';`,
      /knows the server only by its protocol/,
    ],
    [
      'packages/widget/src/client/client.ts',
      `import '../badge/badge.ts';`,
      /The client knows no page element/,
    ],
    ['packages/widget/src/badge/badge.ts', `document.body.innerHTML = '';`, /No HTML from strings/],
    [
      'packages/widget/src/badge/badge.ts',
      `document.body.setAttribute('style', '');`,
      /A strict CSP forbids/,
    ],
  ])('[lint] %s may not say %s', async (path, code, message) => {
    expect(await lint(path, code)).toEqual(expect.arrayContaining([expect.stringMatching(message)]));
  });

  it('[lint] what is allowed passes', async () => {
    expect(await lint('packages/server/src/core/census.ts', `import './ports.ts';\n`)).toEqual([]);
  });
});
