import { EventEmitter } from 'node:events';

/** The events of a reload server. */
export interface ReloadEventMap {
  /** Files have changed, and an update has been sent to all open pages. */
  update: UpdateReport;
  /** Files have changed, and open pages need no update. */
  skipped: SkippedReport;
  /** A problem that does not stop the server. The text says what to do. */
  warning: string;
  /** All watched files have been read: from now on a save that changes no byte is no update. */
  indexed: undefined;
  /** A command of `exec` or `serveCommand` was started, or has ended. */
  command: CommandReport;
  /** A command has written lines of text. */
  output: { command: string; text: string };
  /** The backend of `proxy` is down, up again, or was replaced by another process without a time in between. */
  backend: BackendChange;
}

/** What has happened to the backend at `url`, an origin. */
export type BackendChange =
  | { url: string; state: 'down'; problem: string }
  | { url: string; state: 'up' | 'restarted' };

export interface UpdateReport {
  /** The changed files: URL paths in a served folder, otherwise paths relative to a watched one. Empty after `notify()`. */
  files: string[];
  /** How many open pages did nothing, applied the update in place, or reloaded. */
  pages: Record<'none' | 'apply' | 'reload', number>;
  /** What was replaced in place. */
  applied: ('css' | 'images' | 'html')[];
  /** Why pages reload, such as `scripts are not replaced in place`; only if pages do. */
  reason?: string;
  /** The time from the first file event until the update was sent, in ms; only if files have changed on the disk. */
  durationMs?: number;
}

export interface SkippedReport {
  /** The changed files, named as in an update. */
  files: string[];
  /** Why they cause no update, such as `no open page has requested it`. */
  reason: string;
}

export interface CommandReport {
  command: string;
  /** `superseded`: it was ended for a newer change, and runs again. */
  state: 'started' | 'succeeded' | 'failed' | 'superseded';
  /** How long it has run, if it has ended. */
  durationMs?: number;
  /** The exit code if it has failed; `null` if a signal ended it. */
  code?: number | null;
  /** The signal that ended it, such as `SIGSEGV`. */
  signal?: string | null;
}

/** Subscribes to an event. Returns a function that unsubscribes. */
export type ListenTo = <Name extends keyof ReloadEventMap>(
  event: Name,
  listener: (details: ReloadEventMap[Name]) => void,
) => () => void;

export interface Events {
  on: ListenTo;
  emit: <Name extends keyof ReloadEventMap>(event: Name, details: ReloadEventMap[Name]) => void;
}

export function createEvents(): Events {
  const emitter = new EventEmitter();
  return {
    on(event, listener) {
      emitter.on(event, listener);
      return () => void emitter.off(event, listener);
    },
    emit: (event, details) => void emitter.emit(event, details),
  };
}
