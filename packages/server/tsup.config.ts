import { defineConfig } from 'tsup';

export default defineConfig({
  entry: ['src/index.ts', 'src/redis.ts', 'src/testing.ts', 'src/cli.ts', 'src/worker.ts'],
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  clean: true,
  // Private to the repository, so it becomes part of what is published.
  noExternal: ['@live-online/internal'],
  // tsup passes a baseUrl of its own, which TypeScript 6 calls deprecated (TS5101).
  dts: {
    entry: ['src/index.ts', 'src/redis.ts', 'src/testing.ts'],
    compilerOptions: {
      ignoreDeprecations: '6.0',
      // By its sources, or the declarations would import the private package.
      paths: { '@live-online/internal/*': ['../internal/src/*.ts'] },
    },
  },
});
