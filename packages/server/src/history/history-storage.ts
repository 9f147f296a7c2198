import type { SiteRecord } from './site-history.ts';

/** Where the history is kept while no server runs. */
export interface HistoryStorage {
  /**
   * Reads what was saved.
   *
   * @returns `problem` says what was lost, for operators.
   * @throws Error if the place cannot be used.
   */
  load(): Promise<{ records: SiteRecord[]; problem: string | undefined }>;
  /** @throws Error if it could not be saved; what was saved before is still there. */
  save(records: Iterable<SiteRecord>): Promise<void>;
}
