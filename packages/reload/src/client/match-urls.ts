/** Which of a page's addresses stand for files that have changed. */
export type UrlMatch = (url: string) => boolean;

/**
 * @param paths of the changed files.
 * @param exact whether they are the very paths of URLs; otherwise ends are compared, and the longest common ones win.
 * @param urls all addresses that come into question.
 */
export function matchUrls(paths: readonly string[], exact: boolean, urls: readonly string[]): UrlMatch {
  if (exact) {
    const wanted = new Set(paths.map(normalize));
    return (url) => isOwn(url) && wanted.has(normalize(pathOf(url)));
  }
  const matched = new Set<string>();
  for (const path of paths) {
    const scores = urls.map((url) => commonEnd(segmentsOf(path), segmentsOf(pathOf(url))));
    const best = Math.max(0, ...scores);
    if (best > 0) for (const [index, url] of urls.entries()) if (scores[index] === best) matched.add(url);
  }
  return (url) => matched.has(url);
}

function isOwn(url: string): boolean {
  return read(url)?.origin === location.origin;
}

function pathOf(url: string): string {
  return read(url)?.pathname ?? '';
}

/** Pages may name addresses that are none. */
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
  while (
    length < a.length &&
    length < b.length &&
    a.at(-1 - length) === b.at(-1 - length) &&
    a.at(-1 - length) !== ''
  ) {
    length++;
  }
  return length;
}

/** An address that no cache has met, in place of another one. It stays as long as it was. */
export function bust(url: string, stamp: string): string {
  const next = new URL(url, document.baseURI);
  next.searchParams.set('live-online', stamp);
  return next.href;
}
