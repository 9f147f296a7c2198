import type { Clock } from '../../../core/ports.ts';

/** Whether this server's totals are up to date, and when to say that they are not. [C9] */
export interface Health {
  /** Totals are up to date. */
  well(): void;
  /** Totals may be old. Said after a while only, since a link that is lost is mostly back at once. */
  unwell(reason: string): void;
  /** Totals are old. Said at once. */
  lost(reason: string): void;
  close(): void;
}

/** @param graceMs how long a doubt may last before it is said, in ms. */
export function createHealth(
  clock: Clock,
  graceMs: number,
  tell: (stale: boolean, reason?: string) => void,
): Health {
  let told = false;
  let newest = '';
  let cancel: (() => void) | undefined;

  function say(): void {
    cancel?.();
    cancel = undefined;
    if (told) return;
    told = true;
    tell(true, newest);
  }

  return {
    well() {
      cancel?.();
      cancel = undefined;
      if (!told) return;
      told = false;
      tell(false);
    },
    unwell(reason) {
      newest = reason;
      if (!told) cancel ??= clock.schedule(say, graceMs);
    },
    lost(reason) {
      newest = reason;
      say();
    },
    close: () => cancel?.(),
  };
}
