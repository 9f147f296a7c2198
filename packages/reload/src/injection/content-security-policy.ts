/** What the client's script and its socket need of a page's policy. */
export interface ClientNeeds {
  /** The address of the script. */
  script: string;
  /** A nonce of its tag, for policies that hear nothing else ('strict-dynamic'). */
  nonce: string;
  /** Addresses that the client connects to. */
  connect: readonly string[];
}

/** The Trusted Types policy by which the client parses HTML. */
const TYPES_POLICY = 'live-online-reload';

/**
 * Adds to a policy what the client needs, and nothing else. [R7]
 *
 * @param header the value of a `Content-Security-Policy` header, which may hold several policies with commas between them.
 */
export function extendPolicy(header: string, needs: ClientNeeds): string {
  return header
    .split(',')
    .map((policy) => extendOne(policy, needs))
    .join(',');
}

/** Whether a policy keeps the client out: its page runs no scripts, or is of no origin, from where nothing may be asked here. */
export function shutsOut(header: string): boolean {
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
      // Of two directives of one name, browsers hear the first.
      .filter(({ name }) => !seen.has(name) && seen.add(name))
  );
}

function extendOne(policy: string, { script, nonce, connect }: ClientNeeds): string {
  const directives = directivesOf(policy);
  const find = (...names: string[]): Directive | undefined =>
    names.map((name) => directives.find((one) => one.name === name)).find(Boolean);
  const extend = (names: [string, ...string[]], added: readonly string[]): void => {
    const inForce = find(...names);
    if (!inForce) return;
    const kept = inForce.sources.filter((source) => source.toLowerCase() !== "'none'");
    if (inForce.name === names[0]) inForce.sources = [...kept, ...added];
    // What falls back on another directive gets one of its own, so that the other stays as strict as it was.
    else directives.push({ name: names[0], sources: [...kept, ...added] });
  };
  const scripts = find('script-src-elem', 'script-src', 'default-src');
  if (scripts) {
    const own = find('script-src-elem') ? 'script-src-elem' : 'script-src';
    const allowed = scripts.sources.map((source) => source.toLowerCase());
    if (allowed.includes("'strict-dynamic'")) extend([own, 'default-src'], [`'nonce-${nonce}'`]);
    // A nonce beside 'unsafe-inline' would take that away from the page's own scripts: the address it is.
    else if (!allowed.includes("'self'") && !allowed.includes('*')) extend([own, 'default-src'], [script]);
  }
  extend(['connect-src', 'default-src'], connect);
  const types = find('trusted-types');
  if (types && !types.sources.includes('*')) {
    types.sources = [...types.sources.filter((source) => source.toLowerCase() !== "'none'"), TYPES_POLICY];
  }
  return directives.map(({ name, sources }) => [name, ...sources].join(' ')).join('; ');
}
