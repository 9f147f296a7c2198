/**
 * What can go wrong at start:
 * - `options-invalid`: one or more options cannot be used; the message names each by its path
 * - `folder-missing`: a folder that is to be served or watched is not there, or is no folder
 * - `port-in-use`: something else listens on the port
 * - `port-forbidden`: this user may not listen on the port
 * - `host-unknown`: the host is no address of this machine
 * - `listen-failed`: the system refused for another reason, which the message names
 * - `closed`: the reload server has been closed and cannot be used again
 */
export type ReloadServerErrorCode =
  | 'options-invalid'
  | 'folder-missing'
  | 'port-in-use'
  | 'port-forbidden'
  | 'host-unknown'
  | 'listen-failed'
  | 'closed';

/** The one error this package throws. Its message says what to do about it. */
export class ReloadServerError extends Error {
  readonly code: ReloadServerErrorCode;

  constructor(code: ReloadServerErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ReloadServerError';
    this.code = code;
  }
}

/** One mistake in the options: where, and what to do instead. */
export interface OptionProblem {
  path: string;
  problem: string;
}

export function optionsInvalid(problems: readonly OptionProblem[]): ReloadServerError {
  const lines = problems.map(({ path, problem }) => (path === '' ? problem : `${path} ${problem}`));
  return new ReloadServerError('options-invalid', lines.join('; '));
}

export function folderMissing(folder: string, cause?: unknown): ReloadServerError {
  const message = `there is no folder ${folder}: create it, or name another one`;
  return new ReloadServerError('folder-missing', message, { cause });
}

export function folderIsFile(path: string): ReloadServerError {
  return new ReloadServerError('folder-missing', `${path} is a file: name the folder it lies in`);
}

export function alreadyClosed(): ReloadServerError {
  return new ReloadServerError('closed', 'this reload server has been closed; create a new one');
}

/** Says what to do about a failed `listen`. */
export function listenFailed(error: NodeJS.ErrnoException, host: string, port: number): ReloadServerError {
  const where = `${host}, port ${port}`;
  const say = (code: ReloadServerErrorCode, message: string): ReloadServerError =>
    new ReloadServerError(code, message, { cause: error });
  switch (error.code) {
    case 'EADDRINUSE':
      return say('port-in-use', `${where} is in use: choose another port, or 0 for any free one`);
    case 'EACCES':
    case 'EPERM':
      return say('port-forbidden', `no right to listen on ${where}: choose a port from 1024 on, or grant it`);
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return say('host-unknown', `${host} is no address of this machine: choose another host`);
    default:
      return say('listen-failed', `cannot listen on ${where}: ${error.message}`);
  }
}
