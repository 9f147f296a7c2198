import { parseHostname } from './site.ts';

/** A site that is counted. */
export interface SiteOptions {
  /** A hostname (`example.org`), a wildcard (`*.example.org`: every subdomain is a site of its own), or `local`. */
  name: string;
  /** Hostnames and wildcards that are counted as this site. A wildcard as `name` cannot have aliases. */
  aliases?: string[];
  /** The token that a client must send, 1 to 256 characters. @default none */
  token?: string;
  /**
   * The secret of tokens that expire, 16 to 256 characters: see `createSiteToken`. A client must send such a token, or
   * `token` if that is set as well. @default none
   */
  tokenSecret?: string;
}

/** The sites that are counted. */
export interface SiteList {
  /** The site that a page of `hostname` is counted on; `undefined` if the hostname is not listed. */
  find(hostname: string): ListedSite | undefined;
}

export interface ListedSite {
  site: string;
  token: string | undefined;
  tokenSecret: string | undefined;
  /** Whether the list has the name itself; `false` where any site is counted, and for a match of a wildcard. */
  isNamed: boolean;
}

interface Entry {
  /** What pages are counted on; `undefined` for their own hostname. */
  site: string | undefined;
  token: string | undefined;
  tokenSecret: string | undefined;
}

/** Reads `alias=name` or a plain name, as on the command line. */
function parseSiteRule(rule: string): SiteOptions {
  const equals = rule.indexOf('=');
  if (equals === -1) return { name: rule.trim() };
  return { name: rule.slice(equals + 1).trim(), aliases: [rule.slice(0, equals).trim()] };
}

/**
 * Builds the list.
 *
 * @param rules `undefined` lists every site.
 * @param report is called with the path and the text of every mistake. The list has all other rules.
 */
export function createSiteList(
  rules: readonly (string | SiteOptions)[] | undefined,
  report: (path: string, problem: string) => void,
): SiteList {
  if (!rules) return { find: (site) => ({ site, token: undefined, tokenSecret: undefined, isNamed: false }) };
  const exact = new Map<string, Entry>();
  const wildcards = new Map<string, Entry>();
  const named = new Set<string>();

  function add(pattern: string, entry: Entry, path: string): void {
    const wildcard = pattern.startsWith('*.');
    const hostname = parsePattern(wildcard ? pattern.slice(2) : pattern);
    if (hostname === undefined) {
      return report(path, `"${pattern}" is not a hostname such as example.org or *.example.org`);
    }
    const entries = wildcard ? wildcards : exact;
    const known = entries.get(hostname);
    if (known && known.site !== entry.site) {
      const [now, before] = [entry, known].map(({ site }) =>
        describeListing(wildcard ? undefined : hostname, site),
      );
      return report(
        path,
        `"${pattern}" is listed as ${now} here, and as ${before} in an earlier entry: remove it from one of the two`,
      );
    }
    if (known?.token && entry.token && known.token !== entry.token) {
      return report(path, `"${pattern}" is listed with two tokens: remove one of the two`);
    }
    if (known?.tokenSecret && entry.tokenSecret && known.tokenSecret !== entry.tokenSecret) {
      return report(path, `"${pattern}" is listed with two secrets: remove one of the two`);
    }
    if (entry.site !== undefined) named.add(entry.site);
    entries.set(hostname, {
      site: entry.site ?? known?.site,
      token: entry.token ?? known?.token,
      tokenSecret: entry.tokenSecret ?? known?.tokenSecret,
    });
  }

  rules.forEach((rule, index) => {
    const path = `sites[${index}]`;
    const { name, aliases = [], token, tokenSecret } = typeof rule === 'string' ? parseSiteRule(rule) : rule;
    const wildcard = name.startsWith('*.');
    if (wildcard && aliases.length > 0) {
      return report(path, `"${name}" cannot have aliases: a wildcard is many sites`);
    }
    const site = wildcard ? undefined : parsePattern(name);
    const entry = { site, token, tokenSecret };
    add(name, entry, path);
    if (site !== undefined) aliases.forEach((alias) => add(alias, entry, path));
  });
  // A site requires its token under each of its names, also where another rule has the alias.
  for (const entry of [...exact.values(), ...wildcards.values()]) {
    const own = entry.site === undefined ? undefined : exact.get(entry.site);
    entry.token ??= own?.token;
    entry.tokenSecret ??= own?.tokenSecret;
  }

  return {
    find(hostname) {
      let entry = exact.get(hostname);
      // The longest suffix first: *.a.example.org goes before *.example.org.
      for (let dot = hostname.indexOf('.'); !entry && dot !== -1; dot = hostname.indexOf('.', dot + 1)) {
        entry = wildcards.get(hostname.slice(dot + 1));
      }
      if (!entry) return undefined;
      const { site = hostname, token, tokenSecret } = entry;
      return { site, token, tokenSecret, isNamed: named.has(site) };
    },
  };
}

/**
 * @param hostname `undefined` for a wildcard.
 * @param site what pages are counted on; `undefined` for their own hostname.
 */
function describeListing(hostname: string | undefined, site: string | undefined): string {
  return site === undefined || site === hostname ? 'a site of its own' : `an alias of ${site}`;
}

/** A pattern is a hostname alone: URLs, ports and paths are mistakes. */
function parsePattern(text: string): string | undefined {
  if (/[/:?#@\s*\\=]/.test(text) && !/^\[[0-9a-f:.]+\]$/i.test(text)) return undefined;
  return parseHostname(text);
}
