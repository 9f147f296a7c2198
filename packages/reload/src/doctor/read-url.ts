import { request as requestHttp, type IncomingHttpHeaders } from 'node:http';
import { request as requestHttps } from 'node:https';
import { addressOf } from '../serving/proxy/backend-address.ts';
import { LOOPBACK } from '../serving/proxy/backend.ts';

/** The response to a GET request. */
export interface Answer {
  /** The URL after redirects. */
  url: URL;
  status: number;
  headers: IncomingHttpHeaders;
  /** The first megabyte of the body. */
  body: string;
}

const TIMEOUT_MS = 10_000;
const MAX_LENGTH = 1 << 20;
const MAX_REDIRECTS = 5;

/** The headers with which browsers request a page. */
export const AS_DOCUMENT = {
  accept: 'text/html',
  'sec-fetch-dest': 'document',
  'sec-fetch-mode': 'navigate',
};

/** Requests a URL as a browser does, and follows redirects inside its origin. Rejects if there is no response within 10 s. */
export async function readUrl(
  url: URL,
  headers: Record<string, string> = {},
  redirects: number = MAX_REDIRECTS,
): Promise<Answer> {
  const answer = await readOnce(url, headers);
  const { location } = answer.headers;
  if (location === undefined || answer.status < 300 || answer.status > 399 || redirects === 0) return answer;
  const next = new URL(location, url);
  return next.origin === url.origin ? readUrl(next, headers, redirects - 1) : answer;
}

function readOnce(url: URL, headers: Record<string, string>): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const secure = url.protocol === 'https:';
    const sent = (secure ? requestHttps : requestHttp)({
      ...addressOf(url),
      path: url.pathname + url.search,
      agent: false,
      // The proxy accepts self-signed certificates of this machine, too.
      ...(secure && LOOPBACK.test(url.hostname) && { rejectUnauthorized: false }),
      headers: { 'accept-encoding': 'identity', ...headers, host: url.host },
    });
    const timer = setTimeout(() => sent.destroy(new Error('no response within 10 s')), TIMEOUT_MS);
    sent.once('close', () => clearTimeout(timer));
    sent.once('error', reject);
    sent.once('response', (response) => {
      let body = '';
      const end = (): void => {
        resolve({ url, status: response.statusCode ?? 0, headers: response.headers, body });
        sent.destroy();
      };
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        body += chunk;
        if (body.length >= MAX_LENGTH) end();
      });
      response.once('end', end);
      response.once('error', end);
    });
    sent.end();
  });
}
