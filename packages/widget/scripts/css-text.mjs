import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';

/** esbuild plugin: `import { css } from './style.css'` imports the minified text of the style sheet. */
export function cssText() {
  return {
    name: 'css-text',
    setup(build) {
      // With another extension, tsup does not handle the path as a style sheet.
      build.onResolve({ filter: /\.css$/ }, ({ path, resolveDir }) => ({
        path: `${resolve(resolveDir, path)}.txt`,
        namespace: 'css-text',
      }));
      build.onLoad({ filter: /./, namespace: 'css-text' }, async ({ path }) => {
        const file = path.slice(0, -'.txt'.length);
        const { code } = await build.esbuild.transform(await readFile(file, 'utf8'), {
          loader: 'css',
          minify: true,
        });
        return {
          contents: `export const css = ${JSON.stringify(code.trim())};`,
          loader: 'js',
          watchFiles: [file],
        };
      });
    },
  };
}
