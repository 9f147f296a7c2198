import { defineConfig } from 'tsup';

// Neither build cleans: they run in parallel, and a server that serves `dist` meanwhile still finds it.
export default defineConfig([
  {
    entry: ['src/index.ts', 'src/cli.ts'],
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    // Private to the repository, so it becomes part of what is published.
    noExternal: ['@live-online/internal'],
    // tsup passes a baseUrl of its own, which TypeScript 6 calls deprecated (TS5101).
    dts: {
      entry: ['src/index.ts'],
      compilerOptions: {
        ignoreDeprecations: '6.0',
        // By its sources, or the declarations would import the private package.
        paths: { '@live-online/internal/*': ['../internal/src/*.ts'] },
      },
    },
  },
  {
    entry: {
      client: 'src/client/main.ts',
      status: 'src/client/status/main.ts',
      sync: 'src/client/sync/main.ts',
    },
    tsconfig: 'src/client/tsconfig.json',
    format: 'iife',
    outExtension: () => ({ js: '.js' }),
    target: 'es2022',
    platform: 'browser',
    noExternal: [/./],
    minify: 'terser',
    terserOptions: { ecma: 2020, toplevel: true, format: { comments: false } },
  },
]);
