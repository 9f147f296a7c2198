import { CodedError } from '@live-online/internal/coded-error';
import { describeListenFailure } from '@live-online/internal/http/listen-failure';
import { describeProblems, type OptionProblem } from '@live-online/internal/option-problems';

/**
 * The codes of {@link CounterServerError}:
 * - `options-invalid`: one or more options are invalid; `problems` and the message name each by its path
 * - `port-in-use`: another process listens on the port
 * - `port-forbidden`: this user may not open the port
 * - `host-unknown`: the host is not an address of this machine
 * - `listen-failed`: the port cannot be opened for another reason, which the message names
 * - `path-taken`: another counter is attached to this server at the same path
 * - `call-invalid`: a function was called with something it cannot use; the message says how to call it
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
  | 'call-invalid'
  | 'store-failed'
  | 'worker-failed'
  | 'closed';

/** The error of this package. Its message says what to do about it. */
export class CounterServerError extends CodedError<CounterServerErrorCode> {
  override name = 'CounterServerError';
}

export function optionsInvalid(problems: readonly OptionProblem[]): CounterServerError {
  return new CounterServerError('options-invalid', describeProblems(problems), { problems });
}

export function alreadyClosed(): CounterServerError {
  return new CounterServerError('closed', 'this counter server has been closed; create a new one');
}

export function pathTaken(path: string): CounterServerError {
  const message = `another counter is attached to this server at ${path}: set another path`;
  return new CounterServerError('path-taken', message);
}

export function callInvalid(message: string): CounterServerError {
  return new CounterServerError('call-invalid', message);
}

export function storeFailed(cause: unknown): CounterServerError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new CounterServerError('store-failed', `the store could not be opened: ${reason}`, { cause });
}

/** The port of the metrics is another one than that of `port-in-use` and the like. */
export function metricsPortFailed(
  error: NodeJS.ErrnoException,
  host: string,
  port: number,
): CounterServerError {
  const { message } = describeListenFailure(error, host, port);
  return new CounterServerError('listen-failed', `the metrics (metricsPort): ${message}`, { cause: error });
}

export function listenFailed(
  error: NodeJS.ErrnoException,
  host: string | undefined,
  port: number,
): CounterServerError {
  const { code, message } = describeListenFailure(error, host, port);
  return new CounterServerError(code, message, { cause: error });
}
