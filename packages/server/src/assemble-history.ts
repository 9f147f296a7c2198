import type { CounterView } from './assemble-counter.ts';
import type { Clock, Store } from './core/ports.ts';
import type { SitePeaks } from './core/samples.ts';
import { HistoryFile } from './history/history-file.ts';
import { HistoryRecorder } from './history/history-recorder.ts';
import { HistorySaver } from './history/history-saver.ts';
import type { HistoryStorage } from './history/history-storage.ts';
import { History } from './history/history.ts';
import type { SiteRecord } from './history/site-history.ts';
import { SharedHistory, type TextStore } from './history/shared-history.ts';

export interface HistoryPartsOptions {
  view: CounterView;
  clock: Clock;
  /** The folder in which it is kept. */
  data: string | undefined;
  /** Where servers and workers keep it together, if it can keep texts. */
  store: Store;
  maxSites: number;
  /** Whether this process is the one of several that writes files. */
  isFirst: boolean;
  /** Whether this process writes to the store at this moment. */
  isLeader: () => boolean;
  warn: (message: string) => void;
  /** What was kept is loaded: the highest totals of its sites. It may be called several times. */
  onPeaks: (peaks: SitePeaks) => void;
}

/** The history of all sites, and what records and keeps it. */
export interface HistoryParts {
  history: History;
  start(): void;
  /** May be called twice, and without `start`. */
  close(): Promise<void>;
}

export function assembleHistory(options: HistoryPartsOptions): HistoryParts {
  const { view, clock, data, store, maxSites, isFirst, isLeader, warn, onPeaks } = options;
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
  const createSaver = (storage: HistoryStorage, isSaving: () => boolean): HistorySaver =>
    new HistorySaver({ history, storage, isSaving, warn, onLoaded: (records) => onPeaks(peaksOf(records)) });
  const savers: HistorySaver[] = [];
  if (data !== undefined) savers.push(createSaver(new HistoryFile(data), () => isFirst));
  if (keepsTexts(store)) savers.push(createSaver(new SharedHistory(store), isLeader));
  const recorder = new HistoryRecorder({ clock, timeOfDay, history, savers });
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

function peaksOf(records: readonly SiteRecord[]): SitePeaks {
  return records.flatMap(({ site, peakAllTime }) =>
    peakAllTime ? [[site, peakAllTime.people] as const] : [],
  );
}

function keepsTexts(store: Store): store is Store & TextStore {
  return store.readTexts !== undefined;
}
