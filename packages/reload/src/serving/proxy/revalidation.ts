import type { HeaderList } from './headers.ts';

const FRESHNESS = /^(cache-control|expires|pragma)$/;

/**
 * The headers with a Cache-Control that makes browsers revalidate the response each time: a save must show, however long
 * the backend allows to keep a file. Validators stay, so that an unchanged file is a 304. A response without these headers
 * gets one, too: browsers would guess how long it is fresh (RFC 9111 §4.2.2).
 */
export function revalidated(headers: HeaderList): HeaderList {
  const isStored = !headers.some(
    ([name, value]) => name.toLowerCase() === 'cache-control' && /\bno-store\b/i.test(value),
  );
  if (!isStored) return headers;
  return [...headers.filter(([name]) => !FRESHNESS.test(name.toLowerCase())), ['Cache-Control', 'no-cache']];
}
