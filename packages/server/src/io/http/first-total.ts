import type { IncomingMessage } from 'node:http';
import type { Counter } from '../../core/counter.ts';
import type { SiteList } from '../../core/site-list.ts';
import { LOCAL_SITE, siteOf } from '../../core/site.ts';
import { readPageHeaders } from '../admission/page-headers.ts';
import { requiresToken } from '../admission/site-token.ts';

export interface FirstTotalOptions {
  sites: SiteList;
  counter: Pick<Counter, 'preview'>;
  /** Whether the browser of a request is left out of the count of a site. */
  isOptedOut?: (request: IncomingMessage, site: string) => boolean;
  /** The time of day, in ms since the epoch. */
  timeOfDay: () => number;
}

/**
 * The header `Server-Timing` with the total that a page can show before it is connected. [C3]
 *
 * @returns `undefined` if the request does not say which page it is for, or if its total is not known, or not for all.
 */
export function firstTotalHeader(
  request: IncomingMessage,
  { sites, counter, isOptedOut, timeOfDay }: FirstTotalOptions,
): string | undefined {
  const page = readPageHeaders(request);
  const hostname = siteOf(page);
  // Without an Origin that is also the site of a page that is not named.
  if (hostname === undefined || (hostname === LOCAL_SITE && page.origin === undefined)) return undefined;
  const listed = sites.find(hostname);
  if (!listed || requiresToken(listed) || isOptedOut?.(request, listed.site)) return undefined;
  const total = counter.preview(listed.site);
  if (total === undefined) return undefined;
  return `live-online;dur=${total};desc="${Math.floor(timeOfDay() / 1_000)}"`;
}
