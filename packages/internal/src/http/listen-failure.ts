/** Why a server cannot listen. */
export type ListenFailureCode = 'port-in-use' | 'port-forbidden' | 'host-unknown' | 'listen-failed';

/** The code and message of a failed `listen`. The message says what to do about it. */
export function describeListenFailure(
  error: NodeJS.ErrnoException,
  host: string | undefined,
  port: number,
): { code: ListenFailureCode; message: string } {
  const where = host === undefined ? `port ${port}` : `${host}, port ${port}`;
  switch (error.code) {
    case 'EADDRINUSE':
      return {
        code: 'port-in-use',
        message: `${where} is in use: choose another port, or 0 for any free one`,
      };
    case 'EACCES':
    case 'EPERM':
      return {
        code: 'port-forbidden',
        message: `permission denied (${error.code}) for ${where}: choose a port ≥ 1024, or grant the permission`,
      };
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return {
        code: 'host-unknown',
        message: `address not available (${error.code}) for ${where}: choose an address of this machine`,
      };
    default:
      return { code: 'listen-failed', message: `cannot listen on ${where}: ${error.message}` };
  }
}
