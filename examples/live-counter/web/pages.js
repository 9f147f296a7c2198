import { createReloadServer } from '@live-online/reload';
import { createPageServer } from './page-server.js';

/**
 * Serves the pages of a folder through the reload tool, so that open ones follow every save.
 *
 * @typedef {[string, string][]} Rewrites words in the pages, and what replaces them
 *
 * @param {object} options
 * @param {string} options.folder
 * @param {number} options.port 0 picks a free one.
 * @param {(port: number) => Rewrites} [options.rewritesAt] Takes the port of the pages. With it, the tool sits in front of a
 * backend that rewrites; without it, the tool serves the folder as it is.
 * @returns {Promise<{ port: number, onChange: (listener: (text: string) => void) => void, close: () => Promise<void> }>}
 */
export async function openPages({ folder, port: wantedPort, rewritesAt }) {
  const backend = rewritesAt && (await createPageServer(folder));
  const reload = createReloadServer({
    ...(backend ? { proxy: backend.url, watch: [folder] } : { folder }),
    port: wantedPort,
    strictPort: true,
  });
  const close = async () => {
    await Promise.all([reload.close(), backend?.close()]);
  };
  try {
    const { port } = await reload.listen();
    backend?.rewrite(rewritesAt(port));
    return {
      port,
      onChange(listener) {
        reload.on('update', ({ files, pages }) => {
          const what =
            pages.reload > 0 ? 'loaded again' : pages.apply > 0 ? 'changed in place' : 'nothing to do';
          listener(`saved: ${files.join(', ')} (${what})`);
        });
        reload.on('warning', listener);
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
