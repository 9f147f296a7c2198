import { CodedError } from '@live-online/internal/coded-error';
import { describeListenFailure } from '@live-online/internal/http/listen-failure';
import { describeProblems, type OptionProblem } from '@live-online/internal/option-problems';

/**
 * What can go wrong at start:
 * - `options-invalid`: one or more options cannot be used; `problems` and the message name each by its path
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
export class ReloadServerError extends CodedError<ReloadServerErrorCode> {
  override name = 'ReloadServerError';
}

export function optionsInvalid(problems: readonly OptionProblem[]): ReloadServerError {
  return new ReloadServerError('options-invalid', describeProblems(problems), { problems });
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
  const { code, message } = describeListenFailure(error, host, port);
  return new ReloadServerError(code, message, { cause: error });
}
