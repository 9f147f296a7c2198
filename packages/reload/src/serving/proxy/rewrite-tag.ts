import type { AddressMap, AddressPlace } from './address-map.ts';
import type { AttributeSpan } from './tag-reader.ts';

/** Attributes whose value is one address. */
const ADDRESSES = new Set(
  'action background cite codebase data formaction href icon longdesc manifest poster src xlink:href'.split(
    ' ',
  ),
);
/** Attributes that contain addresses in another text. */
const LISTS = new Set('archive imagesrcset ping srcset style data-srcset'.split(' '));

/**
 * Maps the addresses in a start tag. `value`, `title` and the like are for the user, `on…` are scripts: they stay.
 *
 * @param raw the text of the tag
 */
export function rewriteTag(
  raw: string,
  tagName: string,
  attributes: readonly AttributeSpan[],
  addresses: AddressMap,
): string {
  const isLink = tagName === 'link';
  if (!isLink && !raw.includes('//') && !raw.includes('&')) return raw;
  const named = attributes.map((span) => ({
    ...span,
    name: raw.slice(span.nameStart, span.nameEnd).toLowerCase(),
  }));
  const valueOf = (wanted: string): string => {
    const span = named.find(({ name }) => name === wanted);
    return span ? raw.slice(span.valueStart, span.valueEnd).trim() : '';
  };
  const equivalent = (): string => valueOf('http-equiv').toLowerCase();
  let out = '';
  let at = 0;
  for (const { name, nameStart, valueStart, valueEnd } of named) {
    if (isLink && name === 'integrity' && isOfBackend(valueOf('href'), addresses)) {
      // Addresses in the style sheet are mapped, so that the digest of the original would block it.
      out += raw.slice(at, nameStart);
      at = /["']/.test(raw[valueStart - 1]!) ? valueEnd + 1 : valueEnd;
      continue;
    }
    const place = placeOf(name, tagName === 'meta' ? equivalent : undefined);
    if (!place) continue;
    out += raw.slice(at, valueStart) + addresses.mapAttribute(raw.slice(valueStart, valueEnd), place);
    at = valueEnd;
  }
  return out + raw.slice(at);
}

/** Whether an address is relative, or one of the backend. */
function isOfBackend(address: string, addresses: AddressMap): boolean {
  return (
    !/^(?:[a-z][a-z\d+.-]*:|[\\/]{2})/i.test(address) || addresses.mapAttribute(address, 'whole') !== address
  );
}

/** @param httpEquivalent returns the `http-equiv` of a `<meta>` */
function placeOf(name: string, httpEquivalent: (() => string) | undefined): AddressPlace | undefined {
  if (LISTS.has(name)) return 'list';
  // Scripts that load images later, or htmx, use addresses in attributes of their own.
  if (ADDRESSES.has(name) || /^(data|hx)-/.test(name)) return 'whole';
  if (name !== 'content' || !httpEquivalent) return undefined;
  const kind = httpEquivalent();
  if (kind === 'refresh') return 'refresh';
  return kind.startsWith('content-security-policy') ? 'list' : undefined;
}
