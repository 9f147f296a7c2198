/**
 * What can go wrong at start:
 * - `options-invalid`: one or more options cannot be used; the message names each by its path
 * - `port-in-use`: something else listens on the port
 * - `port-forbidden`: this user may not listen on the port
 * - `host-unknown`: the host is no address of this machine
 * - `listen-failed`: the system refused for another reason, which the message names
 * - `path-taken`: another counter is attached to this server at the same path
 * - `store-failed`: the store could not be opened; the message says why
 * - `worker-failed`: a worker process could not start; the message says why
 * - `closed`: the counter server has been closed and cannot be used again
 */
export type CounterServerErrorCode =
  | 'options-invalid'
  | 'port-in-use'
  | 'port-forbidden'
  | 'host-unknown'
  | 'listen-failed'
  | 'path-taken'
  | 'store-failed'
  | 'worker-failed'
  | 'closed';

/** The one error this package throws. Its message says what to do about it. */
export class CounterServerError extends Error {
  readonly code: CounterServerErrorCode;

  constructor(code: CounterServerErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CounterServerError';
    this.code = code;
  }
}

/** One mistake in the options: where, and what to do instead. */
export interface OptionProblem {
  path: string;
  problem: string;
}

export function optionsInvalid(problems: readonly OptionProblem[]): CounterServerError {
  const lines = problems.map(({ path, problem }) => (path === '' ? problem : `${path} ${problem}`));
  return new CounterServerError('options-invalid', lines.join('; '));
}

export function alreadyClosed(): CounterServerError {
  return new CounterServerError('closed', 'this counter server has been closed; create a new one');
}

export function pathTaken(path: string): CounterServerError {
  const message = `another counter is attached to this server at ${path}: give this one a path of its own`;
  return new CounterServerError('path-taken', message);
}

export function storeFailed(cause: unknown): CounterServerError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new CounterServerError('store-failed', `the store could not be opened: ${reason}`, { cause });
}

/** Says what to do about a failed `listen`. */
export function listenFailed(
  error: NodeJS.ErrnoException,
  host: string | undefined,
  port: number,
): CounterServerError {
  const where = host === undefined ? `port ${port}` : `${host}, port ${port}`;
  const say = (code: CounterServerErrorCode, message: string): CounterServerError =>
    new CounterServerError(code, message, { cause: error });
  switch (error.code) {
    case 'EADDRINUSE':
      return say('port-in-use', `${where} is in use: choose another port, or 0 for any free one`);
    case 'EACCES':
    case 'EPERM':
      return say('port-forbidden', `no right to listen on ${where}: choose a port from 1024 on, or grant it`);
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return say('host-unknown', `${host ?? 'the host'} is no address of this machine: choose another host`);
    default:
      return say('listen-failed', `cannot listen on ${where}: ${error.message}`);
  }
}
