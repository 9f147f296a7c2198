import type { Clock } from '../../../core/ports.ts';

/** After a stall of this process a timer may come before the answer that has long been there: it gets a turn more. */
const TURN_MS = 50;

/**
 * The same promise, but rejected when it has not settled after `ms`. [S6]
 *
 * @param late is handed what comes after that.
 */
export function within<T>(
  clock: Clock,
  ms: number,
  what: string,
  promise: Promise<T>,
  late?: (value: T) => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const startedAt = clock.now();
    let isLate = false;
    const giveUp = (): void => {
      isLate = true;
      reject(new Error(`${what} took longer than ${ms} ms`));
    };
    let cancel = clock.schedule(() => {
      cancel = clock.schedule(giveUp, TURN_MS);
    }, ms);
    promise.then(
      (value) => {
        cancel();
        // This process may have slept, and then reads what has been waiting before its timers go off.
        if (!isLate && clock.now() - startedAt >= 2 * ms) giveUp();
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
