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

/** The page around an error that a backend does not send as HTML: what comes before and after the escaped text of its response. */
export function renderBackendErrorPage({ status, request, type, isEmpty }: BackendError): {
  before: string;
  after: string;
} {
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
    note: 'This page is loaded again with the next update.',
  });
  const [before = '', after = ''] = page.split(MARK);
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
