import type { Clock } from '../../core/ports.ts';
import type { BusCommand, BusLink, BusReply } from './bus.ts';

/** How long a round trip may take, in ms. [S6] */
export const COMMAND_TIMEOUT_MS = 1_000;
/** After a pause of this process a timer can run before a reply that has arrived is read: it waits one turn more. */
const TURN_MS = 50;

export class TimeoutError extends Error {
  override readonly name = 'TimeoutError';
}

/** Runs commands in one round trip, and rejects if it takes too long. */
export type RunCommands = (commands: readonly BusCommand[]) => Promise<readonly BusReply[]>;

/** @param observe is called with the duration of each round trip, in ms, also of those that fail. */
export function createRunCommands(clock: Clock, link: BusLink, observe?: (ms: number) => void): RunCommands {
  return async (commands) => {
    if (commands.length === 0) return [];
    const startedAtMs = clock.now();
    try {
      return await withDeadline(clock, COMMAND_TIMEOUT_MS, 'a round trip', link.run(commands));
    } finally {
      observe?.(clock.now() - startedAtMs);
    }
  };
}

/**
 * The same promise, but rejected if it has not settled after `ms`. [S6]
 *
 * @param late is called with a value that comes after that.
 */
export function withDeadline<T>(
  clock: Clock,
  ms: number,
  what: string,
  promise: Promise<T>,
  late?: (value: T) => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const startedAtMs = clock.now();
    let isLate = false;
    const expire = (): void => {
      isLate = true;
      reject(new TimeoutError(`timeout: ${what} took longer than ${ms} ms`));
    };
    let cancel = clock.schedule(() => {
      cancel = clock.schedule(expire, TURN_MS);
    }, ms);
    promise.then(
      (value) => {
        cancel();
        // After a pause of this process replies are read before timers run.
        if (!isLate && clock.now() - startedAtMs >= 2 * ms) expire();
        if (isLate) late?.(value);
        else resolve(value);
      },
      (error: unknown) => {
        cancel();
        reject(error instanceof Error ? error : new Error(String(error)));
      },
    );
  });
}
