import { setTimeout } from 'node:timers/promises';
import type { Counter } from '../core/counter.ts';

/** Ends a counter: at once, or after its members have migrated to other servers. */
export interface Shutdown {
  /** Whether it has begun: new connections should go elsewhere. */
  readonly hasBegun: boolean;
  drain(): Promise<void>;
  close(): Promise<void>;
}

export interface ShutdownOptions {
  counter: Pick<Counter, 'canMigrate' | 'migrate'>;
  drainDurationMs: number;
  readinessGraceMs: number;
  /** Rejects new connections. */
  lock: () => void;
  /** Closes all connections, and everything else. */
  close: () => Promise<void>;
}

/** Both ways resolve when everything has ended. `close()` aborts a drain. [S7] */
export function createShutdown(options: ShutdownOptions): Shutdown {
  const { counter, drainDurationMs, readinessGraceMs } = options;
  const abort = new AbortController();
  let draining: Promise<void> | undefined;
  let closing: Promise<void> | undefined;

  function close(): Promise<void> {
    abort.abort();
    return (closing ??= options.close());
  }

  async function drain(): Promise<void> {
    if (closing || !counter.canMigrate()) return close();
    const { signal } = abort;
    const aborted = new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    await setTimeout(readinessGraceMs, undefined, { signal }).catch(() => {});
    if (closing) return closing;
    options.lock();
    await Promise.race([counter.migrate(drainDurationMs), aborted]);
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
