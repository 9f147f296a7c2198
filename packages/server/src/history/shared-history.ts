import { promisify } from 'node:util';
import { deflate, inflate } from 'node:zlib';
import type { Store } from '../core/ports.ts';
import type { HistoryStorage } from './history-storage.ts';
import { decodeRecord, encodeRecord } from './record-text.ts';
import type { SiteRecord } from './site-history.ts';

const compress = promisify(deflate);
const decompress = promisify(inflate);

/** The store of a server that shares texts with others. */
export type TextStore = Required<Pick<Store, 'readTexts' | 'writeTexts' | 'deleteTexts'>>;

/**
 * The maximum of bytes of a decompressed record. The longest one has 220 kB: 2,890 samples of at most 76 characters. Every
 * writer of the store can leave a text that would have gigabytes.
 */
const MAX_RECORD_BYTES = 512 << 10;

/** How many sites are written at once: other commands must not wait long. */
const BATCH = 16;

/** Keeps the history in the store that the servers share: one compressed text for each site. */
export class SharedHistory implements HistoryStorage {
  readonly #store: TextStore;
  /** The sites that have a text, as far as this server knows. */
  #stored = new Set<string>();

  constructor(store: TextStore) {
    this.#store = store;
  }

  async load(): Promise<{ records: SiteRecord[]; problem: string | undefined }> {
    const texts = await this.#store.readTexts();
    const records = await Promise.all([...texts.values()].map(decode));
    const valid = records.filter((record) => record !== undefined);
    this.#stored = new Set(texts.keys());
    const damaged = records.length - valid.length;
    const problem = damaged === 0 ? undefined : `the history of ${damaged} sites is damaged, and begins anew`;
    return { records: valid, problem };
  }

  async save(records: Iterable<SiteRecord>): Promise<void> {
    const sites = new Set<string>();
    let batch: [site: string, text: string][] = [];
    for (const record of records) {
      sites.add(record.site);
      batch.push([record.site, (await compress(encodeRecord(record))).toString('base64')]);
      if (batch.length < BATCH) continue;
      await this.#store.writeTexts(batch);
      batch = [];
    }
    if (batch.length > 0) await this.#store.writeTexts(batch);
    const dropped = [...this.#stored].filter((site) => !sites.has(site));
    if (dropped.length > 0) await this.#store.deleteTexts(dropped);
    this.#stored = sites;
  }
}

async function decode(text: string): Promise<SiteRecord | undefined> {
  try {
    const bytes = await decompress(Buffer.from(text, 'base64'), { maxOutputLength: MAX_RECORD_BYTES });
    return decodeRecord(bytes.toString());
  } catch {
    return undefined;
  }
}
