/** What a page's policy must allow for the client's script and its socket. */
export interface ClientNeeds {
  /** The address of the script. */
  script: string;
  /** The nonce of its tag, for policies that ignore addresses ('strict-dynamic'). */
  nonce: string;
  /** The addresses that the client connects to. */
  connect: readonly string[];
}

/** The name of the Trusted Types policy with which the client parses HTML. */
const TYPES_POLICY = 'live-online-reload';

/**
 * Adds to a policy what the client needs, and nothing else. [R7]
 *
 * @param header the value of a `Content-Security-Policy` header. It may contain several policies, separated by commas.
 */
export function extendPolicy(header: string, needs: ClientNeeds): string {
  return header
    .split(',')
    .map((policy) => extendOne(policy, needs))
    .join(',');
}

/** Whether a `sandbox` directive blocks the client: the page runs no scripts, or its origin is "null". */
export function blocksClient(header: string): boolean {
  return header.split(',').some((policy) => {
    const sandbox = directivesOf(policy).find(({ name }) => name === 'sandbox');
    const allowed = sandbox?.sources.map((source) => source.toLowerCase());
    return allowed && !['allow-scripts', 'allow-same-origin'].every((one) => allowed.includes(one));
  });
}

interface Directive {
  name: string;
  sources: string[];
}

function directivesOf(policy: string): Directive[] {
  const seen = new Set<string>();
  return (
    policy
      .split(';')
      .map((text) => text.trim().split(/[\t\n\f\r ]+/))
      .filter(([name]) => name !== undefined && name !== '')
      .map(([name, ...sources]) => ({ name: name!.toLowerCase(), sources }))
      // Browsers use the first of two directives with one name.
      .filter(({ name }) => !seen.has(name) && seen.add(name))
  );
}

function extendOne(policy: string, { script, nonce, connect }: ClientNeeds): string {
  const directives = directivesOf(policy);
  const find = (...names: string[]): Directive | undefined =>
    names.map((name) => directives.find((one) => one.name === name)).find(Boolean);
  const extend = (names: [string, ...string[]], added: readonly string[]): void => {
    const effective = find(...names);
    if (!effective) return;
    const kept = effective.sources.filter((source) => source.toLowerCase() !== "'none'");
    if (effective.name === names[0]) effective.sources = [...kept, ...added];
    // A directive of its own replaces the fallback, so that the fallback stays as strict as it was.
    else directives.push({ name: names[0], sources: [...kept, ...added] });
  };
  const scripts = find('script-src-elem', 'script-src', 'default-src');
  if (scripts) {
    const own = find('script-src-elem') ? 'script-src-elem' : 'script-src';
    const allowed = scripts.sources.map((source) => source.toLowerCase());
    if (allowed.includes("'strict-dynamic'")) extend([own, 'default-src'], [`'nonce-${nonce}'`]);
    // A nonce would disable 'unsafe-inline' for the page's own scripts, so the address is added.
    else if (!allowed.includes("'self'") && !allowed.includes('*')) extend([own, 'default-src'], [script]);
  }
  extend(['connect-src', 'default-src'], connect);
  const types = find('trusted-types');
  if (types && !types.sources.includes('*')) {
    types.sources = [...types.sources.filter((source) => source.toLowerCase() !== "'none'"), TYPES_POLICY];
  }
  return directives.map(({ name, sources }) => [name, ...sources].join(' ')).join('; ');
}
