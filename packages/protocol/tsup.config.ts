import { defineConfig } from 'tsup';

export default defineConfig({
  entry: ['src/index.ts'],
  format: 'esm',
  target: 'es2022',
  clean: true,
  // tsup passes a baseUrl of its own, which TypeScript 6 calls deprecated (TS5101).
  dts: { compilerOptions: { ignoreDeprecations: '6.0' } },
});
