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
      toplevel: true,
      compress: {
        passes: 5,
        hoist_props: true,
        keep_fargs: false,
        pure_getters: true,
        unsafe_arrows: true,
        unsafe_methods: true,
      },
      // Properties that begin with an underscore are private to the library.
      mangle: { properties: { regex: /^_[a-zA-Z]/ } },
      format: { comments: false },
    },
  },
]);
