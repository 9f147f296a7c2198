import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { platform } from 'node:process';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip, constants } from 'node:zlib';
import type { HistoryStorage } from './history-storage.ts';
import { decodeRecord, encodeRecord } from './record-text.ts';
import type { SiteRecord } from './site-history.ts';

interface Content {
  records: SiteRecord[];
  /** Why the file is missing or damaged. */
  error: Error | undefined;
}

/**
 * Keeps the history in a folder: `history.gz`, one line of JSON a site. gzip's checksum shows a damaged file; the one
 * before it is kept. A new file replaces the old one only when it is whole and on the disk.
 */
export class HistoryFile implements HistoryStorage {
  readonly #folder: string;
  readonly #current: string;
  readonly #previous: string;

  constructor(folder: string) {
    this.#folder = folder;
    this.#current = join(folder, 'history.gz');
    this.#previous = join(folder, 'history.previous.gz');
  }

  async load(): Promise<{ records: SiteRecord[]; problem: string | undefined }> {
    await mkdir(this.#folder, { recursive: true });
    const current = await readContent(this.#current);
    if (!current.error) return { records: current.records, problem: undefined };
    const previous = await readContent(this.#previous);
    const isMissing = isAbsent(current.error);
    if (isMissing && isAbsent(previous.error)) return { records: [], problem: undefined };
    // Else the next save would replace the whole file before it by the damaged one.
    if (!isMissing) await rename(this.#current, join(this.#folder, 'history.damaged.gz'));
    // A crash between the two renames of a save.
    if (isMissing && !previous.error) return { records: previous.records, problem: undefined };
    const best = previous.error && current.records.length > previous.records.length ? current : previous;
    const what = best === current ? 'what could be read of it is used' : 'the one before it is used';
    return {
      records: best.records,
      problem: `the history in ${this.#current} is damaged (${current.error.message}): ${what}`,
    };
  }

  async save(records: Iterable<SiteRecord>): Promise<void> {
    const temporary = join(this.#folder, 'history.new.gz');
    try {
      await writeContent(temporary, records);
      await rename(this.#current, this.#previous).catch((error: Error) => {
        if (!isAbsent(error)) throw error;
      });
      await rename(temporary, this.#current);
      await syncFolder(this.#folder);
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => {});
      throw error;
    }
  }
}

async function readContent(path: string): Promise<Content> {
  const records: SiteRecord[] = [];
  let error: Error | undefined;
  try {
    const unzip = createGunzip();
    const source = createReadStream(path);
    source.on('error', (reason) => unzip.destroy(reason));
    unzip.on('error', (reason) => (error = reason));
    for await (const line of createInterface({ input: source.pipe(unzip), crlfDelay: Infinity })) {
      const record = decodeRecord(line);
      if (record) records.push(record);
      else error ??= new Error('a line is not a record');
    }
  } catch (reason) {
    error ??= reason as Error;
  }
  return { records, error };
}

async function writeContent(path: string, records: Iterable<SiteRecord>): Promise<void> {
  const file = createWriteStream(path, { flush: true });
  await pipeline(Readable.from(lines(records)), createGzip({ level: constants.Z_BEST_SPEED }), file);
}

function* lines(records: Iterable<SiteRecord>): Generator<string> {
  for (const record of records) yield `${encodeRecord(record)}\n`;
}

/** So that the renames survive a power failure. Windows cannot do this for a folder. */
async function syncFolder(folder: string): Promise<void> {
  if (platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function isAbsent(error: NodeJS.ErrnoException | undefined): boolean {
  return error?.code === 'ENOENT';
}
