import { readFile, realpath } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';

const TYPES = new Map([
  ['.html', 'text/html; charset=utf-8'],
  ['.css', 'text/css; charset=utf-8'],
  ['.js', 'text/javascript; charset=utf-8'],
  ['.svg', 'image/svg+xml'],
  ['.png', 'image/png'],
  ['.jpg', 'image/jpeg'],
  ['.webp', 'image/webp'],
  ['.ico', 'image/x-icon'],
  ['.txt', 'text/plain; charset=utf-8'],
]);

/**
 * Reads the file that a request asks for.
 *
 * @param {string} root A folder; nothing outside it is read.
 * @param {string} url As it stands in the request.
 * @returns {Promise<{ status: 200, type: string, body: Buffer } | undefined>} Nothing where there is no such file.
 */
export async function readPage(root, url) {
  const path = toPath(url);
  if (path === undefined) return undefined;
  try {
    const home = await realpath(root);
    const file = await realpath(join(home, path));
    if (!file.startsWith(home + sep)) return undefined;
    const type = TYPES.get(extname(file)) ?? 'application/octet-stream';
    return { status: 200, type, body: await readFile(file) };
  } catch {
    return undefined;
  }
}

/** `/` is `/index.html`. Names that begin with a dot and spellings of a way out are no paths at all. */
function toPath(url) {
  let path;
  try {
    path = decodeURIComponent(url.split(/[?#]/, 1)[0]);
  } catch {
    return undefined;
  }
  if (!path.startsWith('/') || /[\\\0]/.test(path)) return undefined;
  if (path.split('/').some((name) => name.startsWith('.'))) return undefined;
  return path.endsWith('/') ? `${path}index.html` : path;
}
