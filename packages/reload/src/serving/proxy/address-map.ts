import { LOOPBACK } from './backend.ts';
import type { Sides } from './headers.ts';

/** Where addresses are in a text. */
export type AddressPlace =
  /** The text is one address. */
  | 'whole'
  /** Addresses are anywhere, as in CSS or `srcset`. */
  | 'list'
  /** The text is that of a `Refresh` header. */
  | 'refresh';

/** Maps addresses of the backend to those of this server. Everything else stays as it is. */
export interface AddressMap {
  /** @param end where the result ends. What follows only decides whether an address is complete. */
  map(text: string, place: AddressPlace, end?: number): string;
  /** Maps the value of an HTML attribute, in which characters may be references such as `&#47;`. */
  mapAttribute(raw: string, place: AddressPlace): string;
  /** The number of characters at the end of `text` that may be the start of an address. */
  countPending(text: string): number;
}

/** What precedes an address in a list. An address in the query of another one is preceded by `=`. */
const BEFORE = `[\\s"'(,;<]`;
/** What follows the port in an address. Without this check, the host could be `localhost:8000.example.org`. */
const AFTER = '(?![\\w.:@%-]|[^\\x00-\\x7f])';
/** The start of a `Refresh` header. Every part may be absent, so that it matches without backtracking. */
const REFRESH = /^[\d.\s]*[;,]?\s*(?:url\s*=\s*)?["']?/i;
/** Character references that may be in the origin of an address. */
const REFERENCE =
  /&(?:#x([\da-f]{1,6});?|#(\d{1,7});?|(colon|sol|period|lsqb|rsqb|lbrack|rbrack|quot|apos|lpar|comma);)/gi;
const NAMED: Readonly<Record<string, string>> = {
  colon: ':',
  sol: '/',
  period: '.',
  lsqb: '[',
  lbrack: '[',
  rsqb: ']',
  rbrack: ']',
  quot: '"',
  apos: "'",
  lpar: '(',
  comma: ',',
};

interface Replacement {
  start: number;
  end: number;
  text: string;
}

/** The pages of a backend contain its own origin if it knows one, as WordPress does. [R7] */
export function createAddressMap({ target, host, scheme }: Sides): AddressMap {
  const hosts = LOOPBACK.test(target.hostname)
    ? [...new Set([target.hostname, 'localhost', '127.0.0.1', '[::1]'])]
    : [target.hostname];
  const ports = target.port === '' ? ['', ':80', ':443'] : [`:${target.port}`];
  const authorities = hosts.flatMap((name) => ports.map((port) => name + port));
  const literals = ['', 'http:', 'https:'].flatMap((start) => authorities.map((one) => `${start}//${one}`));
  const longest = Math.max(...literals.map(({ length }) => length));
  const alternatives = authorities.map((one) => one.replace(/[.[\]]/g, '\\$&')).join('|');
  const origin = `(https?:)?//(?:${alternatives})${AFTER}`;
  const whole = new RegExp(`^[\\x00-\\x20]*(${origin})`, 'i');
  const inList = new RegExp(`(?<=^|${BEFORE})(${origin})`, 'gi');

  function find(text: string, place: AddressPlace): Replacement[] {
    if (!text.includes('//')) return [];
    const skipped = place === 'refresh' ? REFRESH.exec(text)![0].length : 0;
    const found =
      place === 'list'
        ? [...text.matchAll(inList)]
        : [whole.exec(text.slice(skipped))].filter((one) => one !== null);
    return found.map(({ 0: all, 1: address = '', 2: ownScheme, index }) => {
      const start = skipped + index + all.length - address.length;
      const own = ownScheme === undefined ? '' : `${scheme}:`;
      return { start, end: start + address.length, text: `${own}//${host}` };
    });
  }

  return {
    map: (text, place, end = text.length) =>
      replace(
        text.slice(0, end),
        find(text, place).filter(({ start }) => start < end),
      ),
    mapAttribute(raw, place) {
      if (!raw.includes('&')) return replace(raw, find(raw, place));
      const { text, offsets } = decodeReferences(raw);
      const found = find(text, place);
      const inRaw = found.map((one) => ({ ...one, start: offsets[one.start]!, end: offsets[one.end]! }));
      return replace(raw, inRaw);
    },
    countPending(text) {
      const tail = text.slice(-longest).toLowerCase();
      for (let at = 0; at < tail.length; at++) {
        if (tail[at] !== 'h' && tail[at] !== '/') continue;
        const rest = tail.slice(at);
        if (literals.some((literal) => literal.startsWith(rest))) return rest.length;
      }
      return 0;
    },
  };
}

function replace(text: string, replacements: readonly Replacement[]): string {
  if (replacements.length === 0) return text;
  let out = '';
  let at = 0;
  for (const { start, end, text: replaced } of replacements) {
    out += text.slice(at, start) + replaced;
    at = end;
  }
  return out + text.slice(at);
}

/** Decodes references, and returns where each decoded character begins in `raw`, and where the last one ends. */
function decodeReferences(raw: string): { text: string; offsets: Uint32Array } {
  const offsets = new Uint32Array(raw.length + 1);
  let text = '';
  let at = 0;
  const keep = (end: number): void => {
    for (let index = at; index < end; index++) offsets[text.length + index - at] = index;
    text += raw.slice(at, end);
  };
  for (const { 0: reference, 1: hex, 2: decimal, 3: name, index } of raw.matchAll(REFERENCE)) {
    keep(index);
    offsets[text.length] = index;
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    // No other character can be in an origin.
    text +=
      name === undefined
        ? code < 0x80
          ? String.fromCharCode(code)
          : '\ufffd'
        : (NAMED[name.toLowerCase()] ?? '\ufffd');
    at = index + reference.length;
  }
  keep(raw.length);
  offsets[text.length] = raw.length;
  return { text, offsets };
}
