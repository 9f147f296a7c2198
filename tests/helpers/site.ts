import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** A page of a test site: its HTML, and additional headers; or a file of it. */
export type SitePage = string | { html: string; headers?: Record<string, string> } | SiteFile;

/** A script or a style sheet. */
interface SiteFile {
  file: string;
  type: 'text/javascript' | 'text/css';
}

/** Serves pages by their path, at every loopback name and address. */
export async function startSite(
  pages: Record<string, SitePage>,
): Promise<{ at: (host: string, path?: string) => string }> {
  const server = createServer((request, response) => {
    const page = pages[request.url!.split('?')[0]!];
    // Browsers ask for an icon by themselves, and write to the console where there is none.
    if (page === undefined) return void response.writeHead(request.url === '/favicon.ico' ? 204 : 404).end();
    if (typeof page === 'object' && 'file' in page) {
      return void response.writeHead(200, { 'Content-Type': page.type }).end(page.file);
    }
    const { html, headers = {} } = typeof page === 'string' ? { html: page } : page;
    response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8', ...headers });
    response.end(`<!doctype html><html lang="en"><title>Test page</title>${html}</html>`);
  });
  server.listen(0);
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { at: (host, path = '/') => `http://${host}:${port}${path}` };
}
