/** Why a server cannot listen, by who has to do something about it. */
export type ListenFailureCode = 'port-in-use' | 'port-forbidden' | 'host-unknown' | 'listen-failed';

/** Says what to do about a failed `listen`. */
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
        message: `no right to listen on ${where}: choose a port from 1024 on, or grant it`,
      };
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return {
        code: 'host-unknown',
        message: `${host ?? 'the host'} is no address of this machine: choose another host`,
      };
    default:
      return { code: 'listen-failed', message: `cannot listen on ${where}: ${error.message}` };
  }
}
