import type { Store } from './ports.ts';

/**
 * What a store counts for a site beside its members, each under a key of its own that begins with the site. A site is a
 * hostname, which contains none of the separators.
 */
const SEPARATOR = /[/#?]/;

/** The members on one page of a site. `path` is normalized: it begins with a slash. */
export function pageKey(site: string, path: string): string {
  return site + path;
}

/** The members on all pages that are not counted by themselves. */
export function otherPagesKey(site: string): string {
  return `${site}?`;
}

/** The tabs of a site that are more than its members. */
export function tabsKey(site: string): string {
  return `${site}#`;
}

/** Whether `key` is that of a site itself. */
export function isSiteKey(key: string): boolean {
  return !SEPARATOR.test(key);
}

/** Whether `key` is that of a page that is counted by itself. */
export function isPageKey(key: string): boolean {
  return key.includes('/');
}

export function siteOfKey(key: string): string {
  return key.split(SEPARATOR, 1)[0]!;
}

/** Whether the code unit ends the site in a key. */
export function isSeparator(code: number): boolean {
  return code === 0x2f || code === 0x23 || code === 0x3f;
}

/** The pages of a site that have members on other servers. */
export function pageKeysOf(store: Pick<Store, 'pageKeys' | 'sites'>, site: string): Iterable<string> {
  return store.pageKeys?.(site) ?? [...store.sites()].filter((key) => key.startsWith(`${site}/`));
}
