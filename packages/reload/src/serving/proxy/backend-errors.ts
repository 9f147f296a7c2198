/** The backend has not accepted a connection in time. */
export class BackendTimeout extends Error {
  override readonly name = 'BackendTimeout';
  constructor() {
    super('it does not accept connections');
  }
}

const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EPIPE',
]);

/** Whether an error means that the backend is not running, so that it is worth waiting for. */
export function isUnreachable(error: NodeJS.ErrnoException): boolean {
  if (error instanceof BackendTimeout || error.message === 'socket hang up') return true;
  return error.code !== undefined && UNREACHABLE.has(error.code);
}

/** What an error of a request to the backend means, for the person at the terminal. */
export function describeBackendError({ code, message }: NodeJS.ErrnoException): string {
  switch (code) {
    case 'ECONNREFUSED':
      return 'nothing listens there';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'there is no host of this name';
    case 'ECONNRESET':
      return 'it closed the connection';
    default:
      return message || (code ?? 'unknown');
  }
}
