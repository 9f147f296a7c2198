import { renderPage } from './render-page.ts';

export interface BackendError {
  /** Such as `500 Internal Server Error`. */
  status: string;
  /** Such as `GET http://localhost:8000/path`. */
  request: string;
  /** The Content-Type of the response; `undefined` if it has none. */
  type: string | undefined;
  isEmpty: boolean;
}

/** A character that no response shows, in place of its text. */
const MARK = '\u0000';

/**
 * Requests the address again while the page is visible, at intervals from 1 s to 10 s, and loads the page once the answer is no
 * error. If the page is then an error again, its address answers a script in another way than a navigation: it waits for 30 s.
 */
const RETRY = `<script>{
const key = 'live-online-retry ' + location.pathname + location.search;
let loadedMs = 0;
try { loadedMs = Number(sessionStorage.getItem(key)); } catch {}
let delayMs = Date.now() - loadedMs < 5000 ? 30000 : 1000;
const retry = async () => {
  const init = { headers: { Accept: 'text/html' }, cache: 'no-store', redirect: 'manual' };
  const answer = document.hidden ? undefined : await fetch(location.href, init).catch(() => undefined);
  answer?.body?.cancel();
  if (answer?.ok || answer?.type === 'opaqueredirect') {
    try { sessionStorage.setItem(key, String(Date.now())); } catch {}
    return location.reload();
  }
  if (!document.hidden) delayMs = Math.max(delayMs, Math.min(delayMs * 2, 10000));
  setTimeout(retry, delayMs);
};
setTimeout(retry, delayMs);
}</script>`;

/** The page around an error that a backend does not send as HTML: what comes before and after the escaped text of its response. */
export function renderBackendErrorPage({ status, request, type, isEmpty }: BackendError): {
  before: string;
  after: string;
} {
  // Another method may change something.
  const retries = request.startsWith('GET ');
  const page = renderPage({
    label: status,
    heading: 'The backend answers with an error',
    subject: request,
    lines: [
      isEmpty
        ? 'The response has no body.'
        : `The response${type === undefined ? '' : ` (${type})`}, exactly as sent:`,
    ],
    ...(!isEmpty && { preformatted: MARK }),
    isError: true,
    note: `This page is loaded again with the next update${retries ? ', and as soon as its address answers without an error' : ''}.`,
  });
  const whole = retries ? page.replace('</body>', () => `${RETRY}</body>`) : page;
  const [before = '', after = ''] = whole.split(MARK);
  return { before, after };
}

/** The page for a response of a backend that is not HTTP. */
export function renderInvalidResponsePage(target: string, problem: string): string {
  return renderPage({
    label: '502 Bad Gateway',
    heading: 'The response of the backend is invalid',
    subject: target,
    lines: [`Reason: ${problem}.`],
    isError: true,
    note: 'This page is loaded again with the next update.',
  });
}
