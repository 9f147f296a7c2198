import type { IncomingHttpHeaders } from 'node:http';
import { listFirst, note, ok, problem, type Finding } from './finding.ts';
import type { PageParts } from './page-parts.ts';
import type { Answer } from './read-url.ts';

/** Checks whether browsers may keep responses of the backend without revalidating them. */
export function checkCaching(answers: readonly Answer[], revalidate: boolean): Finding[] {
  const kept = answers.filter(({ headers }) => mayBeKept(headers));
  if (kept.length === 0) return [ok('caching', 'The backend lets browsers keep nothing without asking.')];
  const names = listFirst(kept.map(({ url }) => url.pathname));
  const header = kept[0]!.headers['cache-control'] ?? `Expires: ${kept[0]!.headers.expires}`;
  const text = `The backend lets browsers keep ${names} (${header}).`;
  if (revalidate) return [ok('caching', `${text} Through the tool, browsers ask each time.`)];
  return [
    problem('caching', `${text} A reload then shows the old version.`, 'Start without --keep-caching.'),
  ];
}

function mayBeKept({ 'cache-control': control = '', expires }: IncomingHttpHeaders): boolean {
  if (/\b(no-cache|no-store)\b/i.test(control)) return false;
  const maxAge = /\bmax-age=(\d+)/i.exec(control)?.[1];
  if (maxAge !== undefined) return Number(maxAge) > 0;
  return /\bimmutable\b/i.test(control) || Date.parse(expires ?? '') > Date.now();
}

/** Checks the Content-Security-Policy of a page. */
export function checkPolicy(hasHeader: boolean, { metaPolicies }: PageParts): Finding[] {
  const findings: Finding[] = [];
  if (hasHeader)
    findings.push(
      ok('policy', 'The page has a Content-Security-Policy: the tool adds what its script needs.'),
    );
  const strict = metaPolicies.filter((policy) => !allowsOwnScript(policy) || !allowsOwnSocket(policy));
  if (strict.length > 0) {
    findings.push(
      problem(
        'policy',
        `The page has a Content-Security-Policy in a <meta>, which the tool cannot extend: ${listFirst(strict)}`,
        "Send it as a header while you develop, or allow script-src 'self' and connect-src 'self' in it.",
      ),
    );
  }
  if (findings.length === 0)
    findings.push(ok('policy', 'No Content-Security-Policy rejects the script of the tool.'));
  return findings;
}

const allowsOwnScript = (policy: string): boolean =>
  allowsSelf(policy, ['script-src-elem', 'script-src', 'default-src']);
const allowsOwnSocket = (policy: string): boolean => allowsSelf(policy, ['connect-src', 'default-src']);

/** Whether the first of these directives that the policy has allows the page's own origin. */
function allowsSelf(policy: string, names: readonly string[]): boolean {
  const directives = policy.split(';').map((text) => text.trim().toLowerCase().split(/\s+/));
  const found = names.map((name) => directives.find(([one]) => one === name)).find(Boolean);
  return found === undefined || found.includes("'self'") || found.includes('*');
}

/** Finds scripts that register a service worker, which can answer with old copies. */
export function checkWorker({ inlineScripts }: PageParts, scripts: readonly Answer[]): Finding[] {
  const registers = (text: string): boolean => /serviceWorker\s*(\?\.|\.)\s*register\s*\(/.test(text);
  const names = scripts.filter(({ body }) => registers(body)).map(({ url }) => url.pathname);
  if (inlineScripts.some(registers)) names.unshift('a script in the page');
  if (names.length === 0) return [ok('worker', 'No script of the page registers a service worker.')];
  return [
    note(
      'worker',
      `A service worker is registered by ${listFirst(names)}. It can answer with old copies of files.`,
      'Do not register it in development. To remove one: developer tools, Application, Service workers, Unregister.',
    ),
  ];
}
