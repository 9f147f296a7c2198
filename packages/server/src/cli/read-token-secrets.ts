import { UsageError } from '@live-online/internal/command-line/read-settings';
import type { CounterServerOptions } from '../options/options.ts';

/**
 * Adds the secrets of a command line to the sites.
 *
 * @param secrets each as `SITE=SECRET`.
 * @param sources receives the flag or variable of each secret, by its path in errors.
 * @throws UsageError, which has no secret in its text
 */
export function addTokenSecrets(
  sites: CounterServerOptions['sites'],
  secrets: readonly string[],
  sources: Map<string, string>,
): CounterServerOptions['sites'] {
  const source = sources.get('siteTokenSecrets')!;
  if (secrets.length === 0) return sites;
  // Otherwise the secret of one site would end the counting of all others.
  if (!sites) throw new UsageError(`${source} requires --site: list the sites that are counted`);
  const names = new Set(sites.map((site) => nameOf(typeof site === 'string' ? site : site.name)));
  const added = secrets.map((text, index) => {
    const equals = text.indexOf('=');
    if (equals < 1) throw new UsageError(`${source} must be SITE=SECRET, such as example.org=SECRET`);
    const name = text.slice(0, equals).trim();
    if (!names.has(nameOf(name))) {
      throw new UsageError(`${source}: "${name}" is not one of --site: correct it, or add --site ${name}`);
    }
    sources.set(`sites[${sites.length + index}]`, source);
    return { name, tokenSecret: text.slice(equals + 1) };
  });
  return [...sites, ...added];
}

/** The name in an entry of --site, which may be `alias=name`. */
function nameOf(site: string): string {
  return site
    .slice(site.lastIndexOf('=') + 1)
    .trim()
    .toLowerCase();
}
