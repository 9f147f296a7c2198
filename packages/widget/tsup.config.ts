import { defineConfig } from 'tsup';
import { cssText } from './scripts/css-text.mjs';

// Neither build cleans `dist`: they run in parallel, and a server that is running may serve its files.
export default defineConfig([
  {
    entry: ['src/index.ts'],
    format: 'esm',
    target: 'es2022',
    platform: 'browser',
    // tsup passes a baseUrl of its own, which TypeScript 6 calls deprecated (TS5101).
    dts: { compilerOptions: { ignoreDeprecations: '6.0' } },
  },
  {
    entry: { 'live-online': 'src/global.ts' },
    format: 'iife',
    outExtension: () => ({ js: '.js' }),
    target: 'es2022',
    platform: 'browser',
    noExternal: [/./],
    esbuildPlugins: [cssText()],
    minify: 'terser',
    terserOptions: {
      ecma: 2020,
      // No variable of it is global, so that the rules of a module hold.
      module: true,
      compress: {
        passes: 5,
        hoist_props: true,
        inline: 1,
        keep_fargs: false,
        pure_getters: true,
        unsafe: true,
        unsafe_arrows: true,
        unsafe_comps: true,
        unsafe_methods: true,
      },
      format: { comments: false },
    },
  },
]);
