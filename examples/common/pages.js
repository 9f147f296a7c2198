import { createReloadServer } from '@live-online/reload';
import { BASE_CSS, createPageServer } from './page-server.js';

/**
 * Serves the pages of a folder through the reload tool, so that open pages follow each save.
 *
 * @param {object} options
 * @param {string} options.folder
 * @param {number} options.port
 * @param {[text: string, replacement: string][]} [options.replacements] With them, the tool is a reverse proxy of a page
 * server that makes them in all HTML. Without them, the tool serves the folder itself.
 * @param {(text: string) => void} options.print Gets a line for each save.
 */
export async function openPages({ folder, port, replacements, print }) {
  const backend = replacements && (await createPageServer(folder, { replacements }));
  const source = backend ? { proxy: backend.url, watch: [folder, BASE_CSS] } : { folder };
  const reload = createReloadServer({ ...source, port, strictPort: true });
  printUpdates(reload, print);
  const close = () => Promise.all([reload.close(), backend?.close()]);
  try {
    const { url } = await reload.listen();
    return { url, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * Prints a line for each save, and all warnings.
 *
 * @param {import('@live-online/reload').ReloadServer} reload
 * @param {(text: string) => void} print
 */
export function printUpdates(reload, print) {
  reload.on('update', ({ files, pages }) => {
    const effect = pages.reload > 0 ? 'reloaded' : pages.apply > 0 ? 'changed in place' : 'no page uses it';
    print(`saved ${files.join(', ')}: ${effect}`);
  });
  reload.on('warning', print);
}
