import { get, type IncomingHttpHeaders } from 'node:http';

/**
 * Asks for a URL whose content with `etag` is known, as a cache does. `fetch` would add `Cache-Control: no-cache`, and get
 * the content again.
 */
export function revalidate(
  url: string,
  etag: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; headers: IncomingHttpHeaders }> {
  return new Promise((resolve, reject) => {
    get(url, { headers: { ...headers, 'If-None-Match': etag } }, (response) => {
      response.resume();
      response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers }));
    }).on('error', reject);
  });
}
