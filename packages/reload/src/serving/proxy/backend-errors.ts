/** The backend has not accepted a connection within the timeout. */
export class BackendTimeout extends Error {
  override readonly name = 'BackendTimeout';
  constructor() {
    super('it does not accept connections (timeout)');
  }
}

const UNREACHABLE = new Set(
  'ECONNREFUSED ECONNRESET ENOTFOUND EAI_AGAIN ETIMEDOUT EHOSTUNREACH ENETUNREACH EPIPE'.split(' '),
);

/** Whether an error means that the backend is not running and may come back. */
export function isUnreachable(error: NodeJS.ErrnoException): boolean {
  if (error instanceof BackendTimeout || error.message === 'socket hang up') return true;
  return error.code !== undefined && UNREACHABLE.has(error.code);
}

/** What an error of a request to the backend means, for the terminal and the page. */
export function describeBackendError({ code, message }: NodeJS.ErrnoException): string {
  switch (code) {
    case 'ECONNREFUSED':
      return 'connection refused: nothing listens there';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'unknown host';
    case 'ECONNRESET':
      return 'it reset the connection';
    default:
      return message || (code ?? 'unknown');
  }
}
