import { CodedError } from '@live-online/internal/coded-error';
import { describeListenFailure } from '@live-online/internal/http/listen-failure';
import { describeProblems, type OptionProblem } from '@live-online/internal/option-problems';

/**
 * Why a reload server cannot start:
 * - `options-invalid`: one or more options are invalid; `problems` and the message name each by its path
 * - `folder-missing`: the folder to serve, or a path to watch, does not exist, or is a file instead of a folder
 * - `port-in-use`: another program listens on the port, or it is the port of a backend
 * - `port-forbidden`: the user has no permission to listen on the port
 * - `host-unknown`: the host is not an address of this machine
 * - `listen-failed`: the system cannot listen for another reason, which the message contains
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

/** The only error class of this package. Its message says what to do. */
export class ReloadServerError extends CodedError<ReloadServerErrorCode> {
  override name = 'ReloadServerError';
}

export function optionsInvalid(problems: readonly OptionProblem[]): ReloadServerError {
  return new ReloadServerError('options-invalid', describeProblems(problems), { problems });
}

/** @param command what makes the folder */
export function folderMissing(folder: string, cause?: unknown, command?: string): ReloadServerError {
  const message = describeMissing(folder, command);
  return new ReloadServerError('folder-missing', message, { cause });
}

export function folderIsFile(path: string): ReloadServerError {
  return new ReloadServerError('folder-missing', `${path} is a file: choose its folder`);
}

export function alreadyClosed(): ReloadServerError {
  return new ReloadServerError('closed', 'this reload server is closed: create a new one');
}

export function listenFailed(error: NodeJS.ErrnoException, host: string, port: number): ReloadServerError {
  const { code, message } = describeListenFailure(error, host, port);
  return new ReloadServerError(code, message, { cause: error });
}

export function portOfBackend(backend: string, port: number): ReloadServerError {
  const message = `port ${port} is the port of the backend ${backend}: choose another port, or 0 for any free one`;
  return new ReloadServerError('port-in-use', message);
}

export function describeMissing(folder: string, command?: string): string {
  const how = command === undefined ? 'create it' : `run "${command}" first if it makes it`;
  return `${folder} does not exist: ${how}, or choose another path`;
}
