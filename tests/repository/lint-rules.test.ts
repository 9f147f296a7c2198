import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const bin = join(root, 'node_modules', 'oxlint', 'bin', 'oxlint');

/** A file, what it may not contain, and what lint reports about it. */
const forbidden: [near: string, code: string, message: RegExp][] = [
  ['packages/server/src/core/presence.ts', `import 'node:fs';`, /The core takes no library/],
  ['packages/server/src/core/presence.ts', `import 'valibot';`, /The core takes no library/],
  ['packages/server/src/core/presence.ts', `import '@live-online/widget';`, /The core takes no library/],
  [
    'packages/server/src/core/presence.ts',
    `import '@live-online/internal/system-clock';`,
    /The core takes no/,
  ],
  ['packages/server/src/core/presence.ts', `import '../errors.ts';`, /The core imports only the core/],
  [
    'packages/server/src/core/presence.ts',
    `import type {} from '../errors.ts';`,
    /The core imports only the core/,
  ],
  ['packages/server/src/core/presence.ts', `export const at = Date.now();`, /The core asks its Clock/],
  ['packages/server/src/core/presence.ts', `setTimeout(() => {}, 1);`, /The core asks its Clock/],
  [
    'packages/server/src/store/memory.ts',
    `import '../io/namespace.ts';`,
    /A store knows core\/ports.ts only/,
  ],
  [
    'packages/server/src/io/namespace.ts',
    `import '../options/options.ts';`,
    /The socket and HTTP side knows the core/,
  ],
  [
    'packages/server/src/io/namespace.ts',
    `import '../store/memory.ts';`,
    /The socket and HTTP side knows the core/,
  ],
  ['packages/server/src/io/namespace.ts', `import '@live-online/widget';`, /only the built script, by name/],
  [
    'packages/server/src/options/options.ts',
    `import '../cli/settings.ts';`,
    /Nothing imports the command line/,
  ],
  ['packages/server/src/options/options.ts', `process.exit(1);`, /belong to src\/cli.ts/],
  ['packages/internal/src/same-secret.ts', `process.exit(1);`, /belong to src\/cli.ts/],
  [
    'packages/server/src/options/options.ts',
    `import '@live-online/internal/command-line/explain-error';`,
    /Only src\/cli.ts and src\/cli take/,
  ],
  [
    'packages/reload/src/options/options.ts',
    `import '@live-online/internal/testing/fake-clock';`,
    /only tests its testing/,
  ],
  ['packages/server/src/cli/settings.ts', `import '@live-online/widget';`, /starts its own package/],
  [
    'packages/server/src/options/options.ts',
    `import '../../../widget/src/index.ts';`,
    /No package reaches into another/,
  ],
  ['packages/server/src/options/options.ts', `export default 1;`, /Prefer named exports/],
  ['packages/internal/src/same-secret.ts', `import '@live-online/server';`, /knows neither of them/],
  ['packages/protocol/src/index.ts', `import '@live-online/server';`, /The protocol depends on nothing/],
  ['packages/widget/src/index.ts', `import '@live-online/server';`, /knows the server only by its protocol/],
  [
    'packages/widget/src/client/client.ts',
    `import '../badge/display.ts';`,
    /The client knows no page element/,
  ],
  ['packages/widget/src/badge/display.ts', `import '../client/client.ts';`, /The badge shows a state/],
  [
    'packages/widget/src/element/view.ts',
    `import '../client/client.ts';`,
    /The view of the element connects/,
  ],
  ['packages/widget/src/badge/display.ts', `document.body.innerHTML = '';`, /No HTML from strings/],
  [
    'packages/widget/src/badge/display.ts',
    `document.body.setAttribute('style', '');`,
    /A strict CSP forbids/,
  ],
  [
    'packages/reload/src/injection/script-injector.ts',
    `import '../http/respond.ts';`,
    /Injection knows bytes, text and responses/,
  ],
  ['packages/reload/src/http/respond.ts', `import '../update-publisher.ts';`, /put together in .*assembly/],
  ['packages/reload/src/files/hash-file.ts', `import '../http/respond.ts';`, /Watching knows files only/],
  [
    'packages/reload/src/serving/page-handler.ts',
    `import '../update-publisher.ts';`,
    /Serving is put together/,
  ],
  ['packages/reload/src/client/main.ts', `import '../options/options.ts';`, /The client runs in a page/],
  [
    'packages/reload/src/options/options.ts',
    `import '../client/main.ts';`,
    /Nothing imports the command line or the/,
  ],
  [
    'packages/reload/src/options/options.ts',
    `import '@live-online/widget';`,
    /The reload tool stands by itself/,
  ],
];
const allowed: [near: string, code: string][] = [
  ['packages/server/src/core/presence.ts', `import './ports.ts';`],
  ['packages/server/src/core/presence.ts', `import '@live-online/protocol';`],
  ['packages/server/src/core/presence.ts', `import type {} from '@live-online/internal/clock';`],
  ['packages/server/src/cli/settings.ts', `import '@live-online/internal/command-line/explain-error';`],
  ['packages/widget/src/badge/display.ts', `import type {} from '../options.ts';`],
  ['packages/server/src/io/namespace.ts', `import 'node:http';`],
];

interface Diagnostic {
  filename: string;
  message: string;
  help?: string;
}

/** A copy of the packages’ sources, in which each case is one more file to lint. */
const copy = mkdtempSync(join(tmpdir(), 'live-online-lint-'));
let diagnostics: Diagnostic[] = [];

/** A file beside another one. The same rules apply to it. */
function besides(near: string, index: number): string {
  return join(dirname(near), `question-${index}.ts`);
}

function answersTo(near: string, index: number): string[] {
  const file = besides(near, index);
  return diagnostics
    .filter(({ filename }) => filename === file)
    .map(({ message, help = '' }) => `${message} ${help}`);
}

beforeAll(async () => {
  // Not whole packages: tests beside this one write temporary files there.
  const packages = readdirSync(join(root, 'packages')).flatMap((name) =>
    ['src', 'package.json', 'tsconfig.json'].map((part) => join('packages', name, part)),
  );
  for (const name of [
    '.oxlintrc.jsonc',
    'tsconfig.json',
    'tsconfig.base.json',
    'scripts/lint',
    ...packages,
  ]) {
    cpSync(join(root, name), join(copy, name), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  const questions = [...forbidden, ...allowed].map(([near, code], index) => {
    writeFileSync(join(copy, besides(near, index)), `${code}\n`);
    return besides(near, index);
  });
  // It exits with 1, because it reports something.
  const run = promisify(execFile)(process.execPath, [bin, '--format', 'json', ...questions], { cwd: copy });
  const { stdout } = await run.catch((error: { stdout: string }) => error);
  ({ diagnostics } = JSON.parse(stdout) as { diagnostics: Diagnostic[] });
});
afterAll(() => rmSync(copy, { recursive: true }));

describe('import rules', () => {
  it.each(forbidden.map((one, index) => [...one, index] as const))(
    '[lint] %s may not contain %s',
    (near, _code, message, index) => {
      expect(answersTo(near, index)).toEqual(expect.arrayContaining([expect.stringMatching(message)]));
    },
  );

  it.each(allowed.map((one, index) => [...one, forbidden.length + index] as const))(
    '[lint] %s may contain %s',
    (near, _code, index) => {
      expect(answersTo(near, index)).toEqual([]);
    },
  );
});
