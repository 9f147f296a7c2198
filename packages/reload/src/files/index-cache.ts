import { closeSync, openSync, readSync, renameSync, writeSync } from 'node:fs';
import { pid } from 'node:process';
import { StringDecoder } from 'node:string_decoder';
import type { KnownFile } from './file-index.ts';

/** What is kept of one file. */
export interface KeptFile extends KnownFile {
  /** Whether it counts although rules may ignore it, because it was served. */
  served?: true;
}

/** The first line of a file that this version understands. */
const HEADER = 'live-online-reload content 2';
/** The first word of a served file's line. */
const SERVED = 'served';
/** How many lines are written at one go. */
const LINES = 500;

/** How much is read at one go: all at once would take as much memory for ever. */
const CHUNK_BYTES = 64 << 10;

/** Reads what was kept of files, by their names. A file that cannot be understood holds nothing. */
export function readTable(file: string): Map<string, KeptFile> {
  const table = new Map<string, KeptFile>();
  try {
    let first = true;
    for (const line of readLines(file)) {
      if (first && line !== HEADER) return table;
      if (!first) readLine(line, table);
      first = false;
    }
    return table;
  } catch {
    // There is none yet, or it holds something else.
    return new Map();
  }
}

function readLine(line: string, table: Map<string, KeptFile>): void {
  const [served, first, second, third, ...name] = line.split(' ');
  const numbers = [first, second, third].map(Number) as [number, number, number];
  if (name.length === 0 || !numbers.every((number) => Number.isFinite(number) && number >= 0)) return;
  const [size, mtimeMs, hash] = numbers;
  table.set(JSON.parse(name.join(' ')) as string, {
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

/** Keeps what is known, a line for each file. Where that fails, the next start reads everything anew. */
export function writeTable(file: string, files: Iterable<readonly [name: string, file: KeptFile]>): void {
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
    // A full disk, or a cache that was taken away.
  }
}
