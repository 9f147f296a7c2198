import type { Clock, FileLook } from './ports.ts';
import { isDoubtful, isMuchShorter } from './write-in-progress.ts';

/** Gathers what happens to files until they stand still, and hands it on as one batch. [R2, R5] */
export interface ChangeBatch {
  /** Something happened to a file: it was written, or only came, went or was renamed over. */
  sight(path: string, written: boolean): void;
  /** Whether something is happening to a file. */
  isMoving(path: string): boolean;
  /** Resolves once a file stands still; at once if nothing is happening to it. */
  whenStable(path: string): Promise<void>;
  close(): void;
}

export interface ChangeBatchOptions {
  clock: Clock;
  /** How long a file must stand still, in ms. */
  quietMs: number;
  look: (path: string) => Promise<FileLook | undefined>;
  /** How a file looked before. */
  before: (path: string) => FileLook | undefined;
  /** Called once for each batch, never while an earlier call is at work. */
  onStill: (paths: string[]) => Promise<void>;
}

interface Moving {
  sinceMs: number;
  /** When something happened to it last. */
  lastMs: number;
  written: boolean;
  /** Whether it was told of a moment ago. */
  again: boolean;
  /** Whether it grows; `undefined` until it was looked at in two states. */
  grows: boolean | undefined;
  /** How it looked last, and whether anything has been heard of it since. */
  look: FileLook | undefined;
  looked: boolean;
  heard: boolean;
  waiting: (() => void)[];
}

/** How long a writer that may not be done is waited for, in ms: it may pause for 100. */
const DOUBT_MS = 125;
/** Many files at once come with gaps that a busy machine makes longer. */
const MANY = 8;
const MANY_MS = 60;
/** After this, files no longer wait for one another, nor for what a writer might yet do, in ms. */
const CAP_MS = 1_000;
/** After this, a file that grows and grows is told of all the same, in ms. */
const GROWING_CAP_MS = 30_000;

/** What one save tells comes a little apart, in less than a timer can tell, in ms: its last word does not cost another round. */
const SLACK_MS = 0.5;

export function debounceChanges(options: ChangeBatchOptions): ChangeBatch {
  const { clock, quietMs, look, before, onStill } = options;
  let moving = new Map<string, Moving>();
  /** When files were told of last: one that moves again at once was not done. */
  const toldMs = new Map<string, number>();
  let cancel: (() => void) | undefined;
  let busy = false;
  let closed = false;

  function doubtMs(): number {
    return Math.max(DOUBT_MS, quietMs);
  }

  function windowOf(path: string, file: Moving): number {
    return isDoubtful({ ...file, grew: file.again || file.grows === true, before: before(path) })
      ? doubtMs()
      : quietMs;
  }

  function plan(delayMs: number): void {
    cancel?.();
    cancel = clock.schedule(
      () => {
        cancel = undefined;
        void check();
      },
      Math.max(delayMs, 0),
    );
  }

  function hasRested({ lastMs }: Moving, forMs: number): boolean {
    return clock.now() - lastMs >= forMs - SLACK_MS;
  }

  async function check(): Promise<void> {
    if (busy || closed) return;
    busy = true;
    try {
      await lookAround();
      await handOn();
    } finally {
      busy = false;
      if (!closed && moving.size > 0 && !cancel) plan(nextDelay());
    }
  }

  /** Looks at every file that nothing has happened to for a while. */
  async function lookAround(): Promise<void> {
    const due = [...moving].filter(([, file]) => hasRested(file, quietMs));
    await Promise.all(
      due.map(async ([path, file]) => {
        const now = await look(path);
        if (file.looked && !isSame(now, file.look)) {
          if (now && file.look) file.grows = doesGrow(file.grows, file.look, now);
          // It moved without a word.
          if (!file.heard) file.lastMs = clock.now();
        }
        file.look = now;
        file.looked = true;
        file.heard = false;
      }),
    );
  }

  function isOverdue({ sinceMs }: Moving): boolean {
    return clock.now() - sinceMs >= CAP_MS;
  }

  function isStill(path: string, file: Moving): boolean {
    if (!file.looked) return false;
    if (!hasRested(file, quietMs)) return false;
    if (hasRested(file, windowOf(path, file))) return true;
    if (clock.now() - file.sinceMs >= GROWING_CAP_MS) return true;
    // Steady saves must not be put off for ever; what grows, or is not there yet, may be half a file.
    return isOverdue(file) && file.grows === false && file.look !== undefined && file.look.size > 0;
  }

  async function handOn(): Promise<void> {
    if (moving.size === 0) return;
    const now = clock.now();
    const still = [...moving].filter(([path, file]) => isStill(path, file));
    const capped = still.some(([, file]) => isOverdue(file));
    if (!capped) {
      // What has been growing for long is not waited for.
      let waitedFor = 0;
      for (const file of moving.values()) if (!isOverdue(file)) waitedFor++;
      if (still.length < waitedFor) return;
      const newest = still.reduce((latest, [, { lastMs }]) => Math.max(latest, lastMs), 0);
      if (still.length > MANY && now - newest < MANY_MS) return;
    }
    if (still.length === 0) return;
    for (const [path, ms] of toldMs) if (now - ms > doubtMs()) toldMs.delete(path);
    for (const [path] of still) {
      moving.delete(path);
      toldMs.set(path, now);
    }
    await onStill(still.map(([path]) => path));
    for (const [, { waiting }] of still) for (const resolve of waiting) resolve();
  }

  function nextDelay(): number {
    const now = clock.now();
    let delayMs = Infinity;
    let together = 0;
    for (const [path, file] of moving) {
      const quietAt = file.lastMs + quietMs;
      const stillAt = file.lastMs + (file.looked ? windowOf(path, file) : quietMs);
      if (quietAt > now) delayMs = Math.min(delayMs, quietAt - now);
      if (isOverdue(file)) {
        delayMs = Math.min(delayMs, Math.max(stillAt - now, 1));
      } else {
        delayMs = Math.min(delayMs, file.sinceMs + CAP_MS - now);
        together = Math.max(together, stillAt - now, 1);
      }
    }
    if (together > 0 && moving.size > MANY) together = Math.max(together, MANY_MS - quietMs);
    if (together > 0) delayMs = Math.min(delayMs, together);
    return Math.max(delayMs, 1);
  }

  return {
    sight(path, written) {
      if (closed) return;
      const now = clock.now();
      const file = moving.get(path);
      if (file) {
        file.lastMs = now;
        file.written ||= written;
        file.heard = true;
      } else {
        const first = {
          sinceMs: now,
          lastMs: now,
          written,
          grows: undefined,
          again: written && now - (toldMs.get(path) ?? -Infinity) < doubtMs(),
          look: undefined,
          looked: false,
          heard: true,
        };
        moving.set(path, { ...first, waiting: [] });
      }
      if (!busy && !cancel) plan(quietMs);
    },
    isMoving: (path) => moving.has(path),
    whenStable(path) {
      const file = moving.get(path);
      return file ? new Promise((resolve) => file.waiting.push(resolve)) : Promise.resolve();
    },
    close() {
      closed = true;
      cancel?.();
      for (const { waiting } of moving.values()) for (const resolve of waiting) resolve();
      moving = new Map();
    },
  };
}

function isSame(a: FileLook | undefined, b: FileLook | undefined): boolean {
  return a?.size === b?.size && a?.mtimeMs === b?.mtimeMs;
}

function doesGrow(grew: boolean | undefined, before: FileLook, now: FileLook): boolean | undefined {
  if (now.size > before.size) return true;
  // It was cut, and may be written by and by.
  if (isMuchShorter(now, before)) return grew;
  // A little shorter: it was written anew, and not on.
  return now.size === before.size && grew === true;
}
