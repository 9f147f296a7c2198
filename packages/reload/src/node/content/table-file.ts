import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { pid } from 'node:process';
import type { KnownFile } from './file-table.ts';

/** The first line of a file that this version understands. */
const HEADER = 'live-online-reload content 1';

/** Reads what was kept of files, by their names. A file that cannot be understood holds nothing. */
export function readTable(file: string): Map<string, KnownFile> {
  try {
    const rows = JSON.parse(readFileSync(file, 'utf8')) as unknown;
    if (!Array.isArray(rows) || rows[0] !== HEADER) return new Map();
    return new Map(
      rows
        .slice(1)
        .filter(isRow)
        .map(([name, size, mtimeMs, hash]) => [name, { size, mtimeMs, hash }]),
    );
  } catch {
    return new Map();
  }
}

/** Keeps what is known. Where that fails, the next start reads everything anew. */
export function writeTable(file: string, files: readonly (readonly [string, KnownFile])[]): void {
  const rows = files.map(([name, { size, mtimeMs, hash }]) => [name, size, mtimeMs, hash]);
  const temporary = `${file}.${pid}.tmp`;
  try {
    writeFileSync(temporary, JSON.stringify([HEADER, ...rows]), { mode: 0o600 });
    renameSync(temporary, file);
  } catch {
    // A full disk, or a cache that was taken away.
  }
}

function isRow(row: unknown): row is [string, number, number, number] {
  if (!Array.isArray(row) || typeof row[0] !== 'string') return false;
  return row.length === 4 && row.slice(1).every((value) => Number.isFinite(value) && (value as number) >= 0);
}
