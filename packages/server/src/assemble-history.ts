import type { CounterView } from './assemble-counter.ts';
import type { Clock } from './core/ports.ts';
import { HistoryFile } from './history/history-file.ts';
import { HistoryRecorder } from './history/history-recorder.ts';
import { History } from './history/history.ts';

export interface HistoryPartsOptions {
  view: CounterView;
  clock: Clock;
  /** Where it is kept. @default in the memory alone */
  data: string | undefined;
  maxSites: number;
  /** Whether this process is the one of several that saves. */
  isSaving: boolean;
  warn: (message: string) => void;
}

/** The history of all sites, and what records and keeps it. */
export interface HistoryParts {
  history: History;
  start(): void;
  /** May be called twice, and without `start`. */
  close(): Promise<void>;
}

export function assembleHistory(options: HistoryPartsOptions): HistoryParts {
  const { view, clock, data, maxSites, isSaving, warn } = options;
  const timeOfDay = Date.now;
  const history = new History({
    maxSites,
    timeOfDay,
    people: (site) => view.total(site),
    sites: () => view.totals().keys(),
    onFull: (site) =>
      warn(
        `${maxSites} sites have a history, which is the maximum (historySites): ${site} and others have none`,
      ),
  });
  const recorder = new HistoryRecorder({
    clock,
    timeOfDay,
    history,
    storage: data === undefined ? undefined : new HistoryFile(data),
    isSaving: () => isSaving,
    warn,
  });
  let stopObserving = (): void => {};
  return {
    history,
    start() {
      stopObserving = view.on('total', ({ site }) => history.observe(site, view.total(site)));
      recorder.start();
    },
    close() {
      stopObserving();
      return recorder.close();
    },
  };
}
