import { readdirSync } from 'node:fs';
import { defineConfig } from 'tsup';
import { cssText } from './scripts/css-text.mjs';

const entries = ['index', 'element', 'define', 'react', 'vue', 'svelte'];
/** The texts of each language, as entries so that their files have names of their own. The element imports them. */
const labels = readdirSync(new URL('./src/element/labels', import.meta.url)).map((file) =>
  file.replace(/\.ts$/, ''),
);

export default defineConfig([
  {
    entry: {
      ...Object.fromEntries(entries.map((name) => [name, `src/${name}.ts`])),
      ...Object.fromEntries(labels.map((name) => [`labels/${name}`, `src/element/labels/${name}.ts`])),
    },
    format: 'esm',
    target: 'es2022',
    platform: 'browser',
    // The builds run in parallel, and a server that is running may serve the files of the script tag.
    clean: ['!live-online*'],
    // tsup passes a baseUrl of its own, which TypeScript 6 calls deprecated (TS5101).
    dts: {
      entry: Object.fromEntries(entries.map((name) => [name, `src/${name}.ts`])),
      compilerOptions: { ignoreDeprecations: '6.0' },
    },
    esbuildPlugins: [cssText()],
    esbuildOptions(options) {
      options.charset = 'utf8';
    },
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
        conditionals: false,
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
