import { useEffect, useState } from 'preact/hooks';

/** What the address selects: the part after `#`, so that every link works below any path. */
export type Route =
  | { page: 'sites' | 'servers' | 'rejections' | 'webhooks' | 'unknown' }
  | { page: 'site'; site: string };

export function routeOf(hash: string): Route {
  const [first = '', second] = hash.replace(/^#?\/?/, '').split('/');
  switch (first) {
    case '':
      return { page: 'sites' };
    case 'sites':
      return second ? { page: 'site', site: decode(second) } : { page: 'sites' };
    case 'servers':
    case 'rejections':
    case 'webhooks':
      return { page: first };
    default:
      return { page: 'unknown' };
  }
}

export function linkTo(route: Route): string {
  if (route.page === 'site') return `#/sites/${encodeURIComponent(route.site)}`;
  return route.page === 'sites' ? '#/' : `#/${route.page}`;
}

export function useRoute(): Route {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const follow = (): void => setHash(location.hash);
    addEventListener('hashchange', follow);
    // It may have changed since the first drawing.
    follow();
    return () => removeEventListener('hashchange', follow);
  }, []);
  return routeOf(hash);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
