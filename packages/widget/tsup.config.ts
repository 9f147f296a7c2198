import { readdirSync } from 'node:fs';
import { defineConfig, type Options } from 'tsup';
import { cssText } from './scripts/css-text.mjs';

const entries = ['index', 'element', 'define', 'react', 'vue', 'svelte'];
/** The texts of each language, as entries so that their files have names of their own. The element imports them. */
const labels = readdirSync(new URL('./src/element/labels', import.meta.url)).map((file) =>
  file.replace(/\.ts$/, ''),
);

/** A file of the script tag, with everything that it uses. */
const scriptFile = (entry: Record<string, string>, format: 'iife' | 'esm', compress: object): Options => ({
  entry,
  format,
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
      hoist_vars: true,
      inline: 1,
      keep_fargs: false,
      pure_getters: true,
      unsafe: true,
      unsafe_arrows: true,
      unsafe_methods: true,
      ...compress,
    },
    format: { comments: false },
  },
});

export default defineConfig([
  {
    entry: {
      ...Object.fromEntries(entries.map((name) => [name, `src/${name}.ts`])),
      ...Object.fromEntries(labels.map((name) => [`labels/${name}`, `src/element/labels/${name}.ts`])),
    },
    format: 'esm',
    target: 'es2022',
    platform: 'browser',
    external: [/live-online\.more/],
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
  // Two builds: one build would move what both use to a third file.
  // What brotli compresses best.
  scriptFile({ 'live-online': 'src/global.ts' }, 'iife', { conditionals: false, unsafe_comps: true }),
  scriptFile({ 'live-online.more': 'src/more.ts' }, 'esm', { lhs_constants: false, sequences: false }),
]);
