import { EventEmitter } from 'node:events';

/** The events of a reload server. */
export interface ReloadEventMap {
  /** Something has changed, and pages have been told. */
  update: UpdateReport;
  /** Something that the person at the terminal should know; the text says what to do. */
  warning: string;
  /** Every watched file has been read: from now on a save that changes no byte is told from one that does. */
  read: undefined;
  /** The backend has stopped answering, or does so again. */
  backend: { state: 'down'; problem: string } | { state: 'up' };
}

export interface UpdateReport {
  /** What changed: paths as a person at the terminal would write them. Empty where nobody said which. */
  files: string[];
  /** What the pages that are open did, each once. */
  pages: Record<'none' | 'apply' | 'reload', number>;
  /** What was swapped in place where something was. */
  applied: ('css' | 'images' | 'html')[];
}

/** Listens to an event. Returns a function that unsubscribes. */
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
