import { setTimeout } from 'node:timers/promises';
import type { Counter } from '../core/counter.ts';

/** How a counter ends: at once, or by moving its pages to other servers first. */
export interface Shutdown {
  /** Whether it has begun: newcomers should go elsewhere. */
  readonly hasBegun: boolean;
  drain(): Promise<void>;
  close(): Promise<void>;
}

export interface ShutdownOptions {
  counter: Pick<Counter, 'canMove' | 'move'>;
  drainDurationMs: number;
  readinessGraceMs: number;
  /** Takes in nobody any more. */
  lock: () => void;
  /** Lets go who is here, and ends everything. */
  close: () => Promise<void>;
}

/** Both ways resolve when everything has ended. Whoever closes while it drains does not want to wait. [S7] */
export function createShutdown({
  counter,
  drainDurationMs,
  readinessGraceMs,
  ...options
}: ShutdownOptions): Shutdown {
  const haste = new AbortController();
  let draining: Promise<void> | undefined;
  let closing: Promise<void> | undefined;

  function close(): Promise<void> {
    haste.abort();
    return (closing ??= options.close());
  }

  async function drain(): Promise<void> {
    // Where there is nowhere to go to, everybody is let go at once.
    if (closing || !counter.canMove()) return close();
    const { signal } = haste;
    const hurried = new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    await setTimeout(readinessGraceMs, undefined, { signal }).catch(() => {});
    if (closing) return closing;
    options.lock();
    await Promise.race([counter.move(drainDurationMs), hurried]);
    return close();
  }

  return {
    get hasBegun() {
      return draining !== undefined || closing !== undefined;
    },
    drain: () => (draining ??= drain()),
    close,
  };
}
