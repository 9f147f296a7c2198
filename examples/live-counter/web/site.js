import { fileURLToPath } from 'node:url';
import { openPages } from './pages.js';

const SITE = fileURLToPath(new URL('../site', import.meta.url));

/** The ports that are written into the pages, so that they are what a stranger would write. */
const COUNTER_PORT_AS_WRITTEN = 8081;
const SITE_PORT_AS_WRITTEN = 8080;

/**
 * Serves the pages in `site/`. On the ports that stand in them they are served as they are; on others the real ports are
 * written into them.
 *
 * @param {{ counterPort: number, sitePort: number }} ports
 */
export function openSite({ counterPort, sitePort }) {
  const asWritten = counterPort === COUNTER_PORT_AS_WRITTEN && sitePort === SITE_PORT_AS_WRITTEN;
  /** @type {(port: number) => import('./pages.js').Rewrites} */
  const rewritesAt = (port) => [
    [`localhost:${COUNTER_PORT_AS_WRITTEN}`, `localhost:${counterPort}`],
    [`:${SITE_PORT_AS_WRITTEN}/`, `:${port}/`],
  ];
  return openPages({ folder: SITE, port: sitePort, ...(!asWritten && { rewritesAt }) });
}
