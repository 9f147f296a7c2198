import { copyFileSync, cpSync, mkdirSync } from 'node:fs';
import { defineConfig } from 'tsup';

/** What the pages have beside their scripts: HTML and style sheets. */
const pageFiles = {
  'icon.svg': 'icon.svg',
  'embed.html': 'embed/embed.html',
  'embed.css': 'embed/embed.css',
  'preview.html': 'preview/preview.html',
  'preview.css': 'preview/preview.css',
  'badge.html': 'live-badge/badge.html',
  'live-badge.css': 'live-badge/live-badge.css',
  'badge.css': 'live-badge/page.css',
};

export default defineConfig([
  {
    entry: ['src/index.ts', 'src/redis.ts', 'src/testing.ts', 'src/cli.ts', 'src/worker.ts'],
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    // Chunks have other names after each change. The builds run in parallel, so this one leaves the files of the others.
    clean: ['!pages/**'],
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
  },
  {
    entry: {
      embed: 'pages/embed/main.ts',
      preview: 'pages/preview/preview.ts',
      'preview-element': 'pages/preview/element.ts',
      'live-badge': 'pages/live-badge/main.ts',
    },
    outDir: 'dist/pages',
    tsconfig: 'pages/tsconfig.json',
    format: 'esm',
    target: 'es2022',
    platform: 'browser',
    splitting: false,
    noExternal: [/./],
    minify: true,
    async onSuccess() {
      mkdirSync('dist/pages', { recursive: true });
      for (const [name, source] of Object.entries(pageFiles))
        copyFileSync(`pages/${source}`, `dist/pages/${name}`);
    },
  },
  {
    // The dashboard. `static` has its HTML.
    entry: { app: 'dashboard/src/main.tsx', styles: 'dashboard/styles/main.css' },
    outDir: 'dist/pages/dashboard',
    tsconfig: 'dashboard/tsconfig.json',
    format: 'esm',
    target: 'es2022',
    platform: 'browser',
    outExtension: () => ({ js: '.js' }),
    noExternal: [/./],
    splitting: false,
    minify: true,
    onSuccess: async () => cpSync('dashboard/static', 'dist/pages/dashboard', { recursive: true }),
  },
]);
