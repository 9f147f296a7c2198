import { fileURLToPath } from 'node:url';
import { createReloadServer } from '@live-online/reload';
import { createPageServer } from './page-server.js';

const SITE = fileURLToPath(new URL('../site', import.meta.url));

/** The ports that are written into the pages, so that they are what a stranger would write. */
const COUNTER_PORT_AS_WRITTEN = 8081;
const SITE_PORT_AS_WRITTEN = 8080;

/**
 * Serves the pages in `site/` through the reload tool, so that open ones follow every save. On the ports that stand in
 * them it serves the folder as it is; on others it sits in front of a backend that writes the real ports into them.
 *
 * @param {{ counterPort: number, sitePort: number }} ports
 * @returns {Promise<{ port: number, onChange: (listener: (text: string) => void) => void, close: () => Promise<void> }>}
 */
export async function openSite({ counterPort, sitePort }) {
  const asWritten = counterPort === COUNTER_PORT_AS_WRITTEN && sitePort === SITE_PORT_AS_WRITTEN;
  const backend = asWritten ? undefined : await createPageServer(SITE);
  const reload = createReloadServer({
    ...(backend ? { proxy: backend.url, watch: [SITE] } : { folder: SITE }),
    port: sitePort,
    strictPort: true,
  });
  const close = async () => {
    await Promise.all([reload.close(), backend?.close()]);
  };
  try {
    const { port } = await reload.listen();
    backend?.rewrite([
      [`localhost:${COUNTER_PORT_AS_WRITTEN}`, `localhost:${counterPort}`],
      [`:${SITE_PORT_AS_WRITTEN}/`, `:${port}/`],
    ]);
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
