import js from '@eslint/js';
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';
import importX, { createNodeResolver } from 'eslint-plugin-import-x';
import globals from 'globals';
import ts from 'typescript-eslint';

/** Inside a package arrows run entries → create → io, store, node, client, badge → core: who may not import whom, and why. */
const arrows = [
  {
    target: './packages/*/src/core/**',
    from: ['./packages/*/src/!(core)/**', './packages/*/src/*.ts'],
    message: 'The core imports only the core and the protocol: have it handed in through core/ports.ts.',
  },
  {
    target: './packages/server/src/store/**',
    from: ['./packages/server/src/!(store|core)/**', './packages/server/src/*.ts'],
    message: 'A store knows core/ports.ts only; what joins stores and sockets is src/counting.ts.',
  },
  {
    target: './packages/server/src/io/**',
    from: ['./packages/server/src/!(io|core)/**', './packages/server/src/!(stats).ts'],
    message:
      'The socket and HTTP side knows the core and stats.ts; it is put together in src/create-counter-server.ts.',
  },
  {
    target: ['./packages/server/src/!(cli).ts', './packages/server/src/{core,io,store}/**'],
    from: ['./packages/server/src/cli/**', './packages/server/src/cl[i].ts'],
    message: 'Nothing imports the command line: move what is shared next to src/options.ts.',
  },
  {
    target: './packages/widget/src/client/**',
    from: ['./packages/widget/src/badge/**', './packages/widget/src/*.ts'],
    except: ['**/options.ts'],
    message: 'The client knows no page element: subscribe to it from src/badge or the entry instead.',
  },
  {
    target: './packages/widget/src/badge/**',
    from: ['./packages/widget/src/*.ts', './packages/widget/src/client/!(state).ts'],
    except: ['**/options.ts'],
    message:
      'The badge shows a state and connects to nothing: import client/state.ts, join the two in the entry.',
  },
  {
    target: './packages/reload/src/html/**',
    from: ['./packages/reload/src/!(html|core)/**', './packages/reload/src/*.ts'],
    message: 'Injection knows bytes and text only: requests and responses are in src/node.',
  },
  {
    target: './packages/reload/src/node/**',
    from: ['./packages/reload/src/!(node|html|core)/**', './packages/reload/src/*.ts'],
    message: 'The server side is put together in src/create-reload-server.ts: have it handed in.',
  },
  {
    target: './packages/reload/src/client/**',
    from: ['./packages/reload/src/!(client)/**', './packages/reload/src/*.ts'],
    message: 'The client runs in a page: what both sides know is in @live-online/protocol.',
  },
  {
    target: ['./packages/reload/src/!(cli).ts', './packages/reload/src/{core,html,node}/**'],
    from: [
      './packages/reload/src/cli/**',
      './packages/reload/src/cl[i].ts',
      './packages/reload/src/client/**',
    ],
    message: 'Nothing imports the command line or the client: move what is shared next to src/options.ts.',
  },
];

/** Which package may import which, beside libraries. */
const packageRules = [
  [
    'protocol',
    ['server', 'widget', 'reload', 'internal'],
    'The protocol depends on nothing: move the shared type into packages/protocol/src.',
  ],
  [
    'server',
    ['widget', 'reload'],
    'The server takes only the built script, by name: @live-online/widget/live-online.js. Shared words live in @live-online/protocol.',
  ],
  [
    'reload',
    ['server', 'widget'],
    'The reload tool stands by itself: shared words live in @live-online/protocol.',
  ],
  [
    'internal',
    ['server', 'widget', 'reload', 'protocol'],
    'What the server and the reload tool share knows neither of them: hand it in.',
  ],
  [
    'widget',
    ['server', 'reload', 'internal'],
    'The widget knows the server only by its protocol: import from @live-online/protocol.',
  ],
];

const noOtherSrc = {
  group: [
    '**/packages/*/src/**',
    '../../../*/src/**',
    '../../*/src/**',
    '@live-online/*/src/**',
    '@live-online/*/dist/**',
  ],
  message: 'No package reaches into another: import it by its name, such as @live-online/protocol.',
};
const noHtml = [
  'innerHTML',
  'outerHTML',
  'insertAdjacentHTML',
  'write',
  'writeln',
  'setHTMLUnsafe',
  'parseFromString',
  'createContextualFragment',
];

export default ts.config(
  { ignores: ['**/dist/', '.cache/', '**/node_modules/'] },
  js.configs.recommended,
  {
    languageOptions: { globals: globals.node },
    plugins: { 'import-x': importX },
    settings: {
      'import-x/resolver-next': [
        createTypeScriptImportResolver({ noWarnOnMultipleProjects: true }),
        createNodeResolver(),
      ],
    },
    rules: {
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'prefer-const': 'error',
      'import-x/no-duplicates': 'error',
    },
  },
  {
    files: ['**/*.ts'],
    extends: [ts.configs.recommendedTypeChecked],
    languageOptions: {
      parserOptions: {
        project: ['packages/*/tsconfig.json', 'packages/*/src/*/tsconfig.json', 'tsconfig.tests.json'],
      },
    },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-non-null-assertion': 'off',
      // Functions of a kind return objects that use no `this`: their methods may be passed around.
      '@typescript-eslint/unbound-method': 'off',
      // A port's method may be async in one implementation and have nothing to wait for in another.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { varsIgnorePattern: '^_', argsIgnorePattern: '^_' }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
    },
  },
  {
    files: ['**/*.test.ts', '**/*.test-d.ts', '**/test/helpers/**', 'tests/**/*.ts'],
    rules: {
      '@typescript-eslint/no-empty-object-type': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-base-to-string': 'off',
    },
  },
  {
    files: ['packages/*/src/**/*.ts'],
    rules: {
      'import-x/no-default-export': 'error',
      'import-x/no-restricted-paths': ['error', { basePath: import.meta.dirname, zones: arrows }],
      'no-console': 'error',
    },
  },
  ...packageRules.map(([name, others, message]) => ({
    files: [`packages/${name}/src/**/*.ts`],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            noOtherSrc,
            {
              group: others.flatMap((other) => [`@live-online/${other}`, `@live-online/${other}/**`]),
              message,
            },
          ],
        },
      ],
    },
  })),
  {
    files: ['packages/*/src/core/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            noOtherSrc,
            {
              regex: '^(?!\\.{1,2}/|@live-online/protocol$)',
              message:
                'The core takes no library, no node: module and no socket: have it handed in through core/ports.ts.',
            },
          ],
        },
      ],
      'no-restricted-globals': [
        'error',
        ...['setTimeout', 'setInterval', 'setImmediate', 'Date', 'performance', 'process', 'Buffer'].map(
          (name) => ({
            name,
            message: 'The core asks its Clock and nothing else: see core/ports.ts.',
          }),
        ),
      ],
    },
  },
  {
    files: ['packages/{server,reload}/src/**/*.ts'],
    ignores: ['packages/*/src/cli.ts', 'packages/*/src/cli/**', 'packages/*/src/core/**'],
    rules: {
      'no-restricted-globals': [
        'error',
        {
          name: 'process',
          message: 'Arguments, environment, signals and exit belong to src/cli.ts: take an option instead.',
        },
      ],
    },
  },
  {
    files: ['packages/widget/src/**/*.ts'],
    languageOptions: { globals: globals.browser },
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: `MemberExpression[property.name=/^(${noHtml.join('|')})$/]`,
          message:
            'No HTML from strings: create elements and set textContent, which works under Trusted Types.',
        },
        {
          selector: `CallExpression[callee.property.name='setAttribute'][arguments.0.value='style']`,
          message: 'A strict CSP forbids style attributes: set element.style or adoptedStyleSheets.',
        },
      ],
    },
  },
  // What runs in a page, or is handed to one.
  {
    files: ['packages/reload/src/client/**/*.ts', 'bench/reload/page.mjs'],
    languageOptions: { globals: globals.browser },
  },
  {
    files: ['examples/*/{site,content}/**/*.js', 'tests/**/*.ts'],
    languageOptions: { globals: globals.browser },
  },
);
