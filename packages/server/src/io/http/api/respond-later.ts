import type { ServerResponse } from 'node:http';
import { respondNotAnswered } from './problem.ts';

/**
 * Responds when a value is known, unless the host has answered meanwhile: it may have a timeout of its own.
 *
 * @param fail responds if the value cannot be had. @default the primary process does not answer
 */
export function respondLater<Value>(
  response: ServerResponse,
  value: Promise<Value>,
  respond: (value: Value) => void,
  fail: () => void = () => respondNotAnswered(response),
): void {
  value.then(
    (known) => {
      if (!response.headersSent) respond(known);
    },
    () => {
      if (!response.headersSent) fail();
    },
  );
}
