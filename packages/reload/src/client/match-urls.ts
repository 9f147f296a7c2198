/** Which of a page's addresses belong to files that changed. */
export type UrlMatch = (url: string) => boolean;

/**
 * @param paths of the changed files.
 * @param exact whether these are paths of URLs; otherwise their ends are compared, and the longest common ones match.
 * @param urls all addresses that may match.
 */
export function matchUrls(paths: readonly string[], exact: boolean, urls: readonly string[]): UrlMatch {
  if (exact) {
    const wanted = new Set(paths.map(normalize));
    return (url) => read(url)?.origin === location.origin && wanted.has(normalize(pathOf(url)));
  }
  const matched = new Set<string>();
  for (const path of paths) {
    const scores = urls.map((url) => commonEnd(segmentsOf(path), segmentsOf(pathOf(url))));
    const best = Math.max(0, ...scores);
    if (best > 0) for (const [index, url] of urls.entries()) if (scores[index] === best) matched.add(url);
  }
  return (url) => matched.has(url);
}

function pathOf(url: string): string {
  return read(url)?.pathname ?? '';
}

/** Pages may contain invalid addresses. */
function read(url: string): URL | undefined {
  return URL.canParse(url, document.baseURI) ? new URL(url, document.baseURI) : undefined;
}

function normalize(path: string): string {
  return segmentsOf(path).join('/');
}

function segmentsOf(path: string): string[] {
  return path.split('/').map((segment) => {
    try {
      return decodeURIComponent(segment);
    } catch {
      return segment;
    }
  });
}

function commonEnd(a: readonly string[], b: readonly string[]): number {
  let length = 0;
  for (; length < a.length && length < b.length; length++) {
    const segment = a.at(-1 - length);
    if (segment === '' || segment !== b.at(-1 - length)) break;
  }
  return length;
}

/** The address with a query that no cache knows; a later one replaces it. */
export function bustCache(url: string, stamp: string): string {
  const next = new URL(url, document.baseURI);
  next.searchParams.set('live-online', stamp);
  return next.href;
}
