import type { IncomingMessage } from 'node:http';

/**
 * Whether a service worker requests a document that the browser navigates to: `respondWith(fetch(event.request))`. Its
 * destination is "empty" as that of other requests of scripts. Chromium keeps the mode, and both Chromium and Firefox keep
 * the headers of the navigation, also in a copy of the request.
 */
export function isWorkerNavigation({ headers }: IncomingMessage): boolean {
  if (headers['sec-fetch-dest'] !== 'empty') return false;
  return headers['sec-fetch-mode'] === 'navigate' || headers['upgrade-insecure-requests'] === '1';
}

/**
 * Whether a worker requests something by its address alone, as `cache.addAll(['/'])` does: the Referer is a script. It may be
 * a document or a part of one.
 */
export function isRequestOfWorker({ headers }: IncomingMessage): boolean {
  return headers['sec-fetch-dest'] === 'empty' && /^[^?#]+\.m?js(?:[?#]|$)/i.test(headers.referer ?? '');
}
