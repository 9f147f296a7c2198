import type { PeerRange } from '../admission/client-address.ts';
import { UNTRUSTED_PROXY } from '../admission/forwarded-headers.ts';
import { UPGRADE_HEADERS_MISSING } from './upgrade-headers.ts';

/** What can be wrong in the configuration of a reverse proxy, as servers send it to each other. */
export type ProxyWarning = `untrusted-${PeerRange}` | 'upgrade-headers';

const TEXTS: Readonly<Record<ProxyWarning, string>> = {
  'untrusted-loopback': UNTRUSTED_PROXY.loopback,
  'untrusted-private': UNTRUSTED_PROXY.private,
  'untrusted-public': UNTRUSTED_PROXY.public,
  'upgrade-headers': UPGRADE_HEADERS_MISSING,
};

const codes = Object.keys(TEXTS) as ProxyWarning[];

export function isProxyWarning(code: string): code is ProxyWarning {
  return Object.hasOwn(TEXTS, code);
}

/** What is wrong, and what to do. */
export function proxyWarningText(code: ProxyWarning): string {
  return TEXTS[code];
}

/** The codes of texts that were reported. */
export function proxyWarningsOf(texts: ReadonlySet<string>): ProxyWarning[] {
  return codes.filter((code) => texts.has(TEXTS[code]));
}
