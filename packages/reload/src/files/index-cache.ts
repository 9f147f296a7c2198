/** Stores the file index between two starts, so that a restart reads only files whose size or time has changed. [R6] */
import { closeSync, openSync, readSync, renameSync, writeSync } from 'node:fs';
import { pid } from 'node:process';
import { StringDecoder } from 'node:string_decoder';
import type { IndexedFile } from './file-index.ts';

export interface CachedFile extends IndexedFile {
  /** Whether it was served, so that it stays watched although rules may ignore it. */
  served?: true;
}

/** The first line of a cache that this version can read. */
const HEADER = 'live-online-reload content 2';
/** The first word of a served file's line. */
const SERVED = 'served';
/** How many lines are written at once. */
const LINES = 500;
/** How much is read at once: reading the whole file would reserve that much memory for good. */
const CHUNK_BYTES = 64 << 10;

/** Reads the cached files by their names; an unreadable cache holds none. */
export function readIndexCache(file: string): Map<string, CachedFile> {
  const cached = new Map<string, CachedFile>();
  try {
    let first = true;
    for (const line of readLines(file)) {
      if (first && line !== HEADER) return cached;
      if (!first) readLine(line, cached);
      first = false;
    }
    return cached;
  } catch {
    // There is no cache yet, or it holds something else.
    return new Map();
  }
}

function readLine(line: string, cached: Map<string, CachedFile>): void {
  const [served, first, second, third, ...name] = line.split(' ');
  const numbers = [first, second, third].map(Number) as [number, number, number];
  if (name.length === 0 || !numbers.every((number) => Number.isFinite(number) && number >= 0)) return;
  const [size, mtimeMs, hash] = numbers;
  cached.set(JSON.parse(name.join(' ')) as string, {
    size,
    mtimeMs,
    hash,
    ...(served === SERVED && { served: true }),
  });
}

function* readLines(file: string): Generator<string> {
  const input = openSync(file, 'r');
  try {
    const decoder = new StringDecoder('utf8');
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    let rest = '';
    for (let length; (length = readSync(input, chunk)) > 0;) {
      const lines = (rest + decoder.write(chunk.subarray(0, length))).split('\n');
      rest = lines.pop()!;
      yield* lines;
    }
    yield rest + decoder.end();
  } finally {
    closeSync(input);
  }
}

/** Writes a line for each file. If that fails, the next start reads everything. */
export function writeIndexCache(
  file: string,
  files: Iterable<readonly [name: string, file: CachedFile]>,
): void {
  const temporary = `${file}.${pid}.tmp`;
  try {
    const output = openSync(temporary, 'w', 0o600);
    try {
      let lines = [HEADER];
      for (const [name, { size, mtimeMs, hash, served }] of files) {
        lines.push(`${served ? SERVED : '-'} ${size} ${mtimeMs} ${hash} ${JSON.stringify(name)}`);
        if (lines.length < LINES) continue;
        writeSync(output, `${lines.join('\n')}\n`);
        lines = [];
      }
      writeSync(output, `${lines.join('\n')}\n`);
    } finally {
      closeSync(output);
    }
    renameSync(temporary, file);
  } catch {
    // The disk is full, or the cache folder was deleted.
  }
}
