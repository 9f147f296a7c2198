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
          contents: `export const css = ${JSON.stringify(shorten(code.trim()))};`,
          loader: 'js',
          watchFiles: [file],
        };
      });
    },
  };
}

/**
 * Ends every declaration with a semicolon and a space, as browsers do, and removes quotes and spaces that are not needed.
 * No rule is empty, and no value contains `;`, `}` or text in quotes.
 */
function shorten(css) {
  return css
    .replace(/="([\w-]+)"/g, '=$1')
    .replaceAll(', ', ',')
    .replace(/;|(?<=[^}])(?=})/g, '; ');
}
