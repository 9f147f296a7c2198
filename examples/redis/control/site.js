import { readFile, readdir } from 'node:fs/promises';
import { extname } from 'node:path';

const FOLDER = new URL('../site/', import.meta.url);
const TYPES = { '.html': 'text/html', '.css': 'text/css', '.js': 'text/javascript', '.svg': 'image/svg+xml' };

/** What stands in the page and is not known before the start. */
const COUNTER_AS_WRITTEN = 'http://localhost:8081/';
const TOKEN_AS_WRITTEN = 'TOKEN';

/**
 * The page and what belongs to it, by path. The folder is read once, so that no request names a file.
 *
 * @param {{ counterUrl: string, token: string }} facts
 */
export async function readSite({ counterUrl, token }) {
  const names = await readdir(FOLDER);
  const files = await Promise.all(names.map((name) => readFile(new URL(name, FOLDER), 'utf8')));
  const site = new Map(
    names.map((name, index) => [`/${name}`, { type: TYPES[extname(name)], body: files[index] }]),
  );
  const page = site.get('/index.html');
  const body = page.body.replaceAll(COUNTER_AS_WRITTEN, counterUrl).replaceAll(TOKEN_AS_WRITTEN, token);
  return site.set('/', { type: page.type, body });
}
