import { parseHostname } from './site.ts';

/** A site that is let in, as its owner writes it. */
export interface SiteOptions {
  /** A hostname (`example.org`), a wildcard (`*.example.org`: each subdomain is a site of its own), or `local`. */
  name: string;
  /** Hostnames and wildcards that are counted as this site. Not possible where `name` is a wildcard. */
  aliases?: string[];
  /** What a page has to bring as its token to be let in, 1 to 256 characters. */
  token?: string;
}

/** The sites that are let in. Asks for nothing but names, so that it can be tried without a server. */
export interface SiteList {
  /**
   * Which site a page of `hostname` is counted on, and what it has to bring.
   *
   * @returns `undefined` if the hostname is not listed.
   */
  find(hostname: string): { site: string; token: string | undefined } | undefined;
  /** Whether the list says the name of `site`. It does not where any site is counted, or all that match a wildcard. */
  names(site: string): boolean;
}

interface Entry {
  /** What pages are counted on; `undefined` for each hostname on its own. */
  site: string | undefined;
  token: string | undefined;
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
 * @param rules `undefined` lets every site in.
 * @param report is called with the place and the text of every mistake; the rest of the list still stands.
 */
export function createSiteList(
  rules: readonly (string | SiteOptions)[] | undefined,
  report: (path: string, problem: string) => void,
): SiteList {
  if (!rules) return { find: (hostname) => ({ site: hostname, token: undefined }), names: () => false };
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
    if (known && known.site !== entry.site) return report(path, `"${pattern}" is listed twice`);
    if (known?.token && entry.token && known.token !== entry.token) {
      return report(path, `"${pattern}" is listed with two tokens`);
    }
    if (entry.site !== undefined) named.add(entry.site);
    entries.set(hostname, { site: entry.site ?? known?.site, token: entry.token ?? known?.token });
  }

  rules.forEach((rule, index) => {
    const path = `sites[${index}]`;
    const { name, aliases = [], token } = typeof rule === 'string' ? parseSiteRule(rule) : rule;
    const wildcard = name.startsWith('*.');
    if (wildcard && aliases.length > 0) {
      return report(path, `"${name}" cannot have aliases: a wildcard is many sites`);
    }
    const site = wildcard ? undefined : parsePattern(name);
    add(name, { site, token }, path);
    if (site !== undefined) aliases.forEach((alias) => add(alias, { site, token }, path));
  });

  return {
    find(hostname) {
      let entry = exact.get(hostname);
      // From the longest suffix to the shortest, so that *.a.example.org goes before *.example.org.
      for (let dot = hostname.indexOf('.'); !entry && dot !== -1; dot = hostname.indexOf('.', dot + 1)) {
        entry = wildcards.get(hostname.slice(dot + 1));
      }
      return entry && { site: entry.site ?? hostname, token: entry.token };
    },
    names: (site) => named.has(site),
  };
}

/** A pattern is a hostname and nothing else; URLs, ports and paths are mistakes that are better told. */
function parsePattern(text: string): string | undefined {
  if (/[/:?#@\s*\\=]/.test(text) && !/^\[[0-9a-f:.]+\]$/i.test(text)) return undefined;
  return parseHostname(text);
}
