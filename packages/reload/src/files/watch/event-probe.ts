import { chmodSync, statSync } from 'node:fs';

/** How long an event of the probe may take, in ms. It is queued at once where the system reports changes. */
const WAIT_MS = 500;
const SETGID = 0o2000;

export interface EventProbeOptions {
  /** Causes an event in a watched folder, and returns whether it could. @default sets the permissions that the folder has */
  touch?: (folder: string) => boolean;
  /** Called if no event comes. */
  onSilence: () => void;
}

/**
 * Finds out whether the system reports changes in a folder: some shared folders and containers do not. It creates no file, which git and
 * other tools could see.
 */
export class EventProbe {
  readonly #options: EventProbeOptions;
  #state: 'new' | 'waiting' | 'done' = 'new';
  #timer: NodeJS.Timeout | undefined;

  constructor(options: EventProbeOptions) {
    this.#options = options;
  }

  /** Causes an event in a folder that is watched. It does so once, and never where this user may not change the folder. */
  start(folder: string): void {
    const { touch = setSamePermissions, onSilence } = this.#options;
    if (this.#state !== 'new') return;
    this.#state = 'waiting';
    if (!touch(folder)) return this.stop();
    const end = (): void => {
      if (this.#state !== 'waiting') return;
      this.stop();
      onSilence();
    };
    // Timers run before the events that the system has queued.
    this.#timer = setTimeout(() => setImmediate(end), WAIT_MS).unref();
  }

  /** Records any event. Returns whether it is the one of the probe. */
  recordEvent(isOfFolder: boolean): boolean {
    if (this.#state !== 'waiting') return false;
    this.stop();
    return isOfFolder;
  }

  stop(): void {
    this.#state = 'done';
    clearTimeout(this.#timer);
  }
}

/** Causes an event in a folder without changing it. Returns `false` where this user may not. */
export function setSamePermissions(folder: string): boolean {
  try {
    const { mode } = statSync(folder);
    // Some users would remove this bit.
    if (mode & SETGID) return false;
    chmodSync(folder, mode & 0o7777);
    return true;
  } catch {
    return false;
  }
}
