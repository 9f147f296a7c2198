import { classifyFile } from '../core/classify-change.ts';
import type { IndexedFile } from './file-index.ts';
import { hashFile, hashSmallFile } from './hash-file.ts';
import { statFile } from './watch/stat-file.ts';

/** A file as it was read. */
export interface ReadFile {
  indexed: IndexedFile;
  /** Its text, if it is short, in UTF-8 and of a kind that pages swap. */
  text: string | undefined;
}

/** Reads a file with its text at once; `undefined` if it is missing, long, or may not be read. */
export function readShortFile(path: string): ReadFile | undefined {
  const stat = statFile(path);
  if (!stat) return undefined;
  let text: string | undefined;
  try {
    const hash = hashSmallFile(path, (bytes) => void (text = decodeText(path, bytes)));
    return hash === undefined ? undefined : { indexed: { ...stat, hash }, text };
  } catch {
    return undefined;
  }
}

/** Reads a file; `undefined` if there is none. */
export async function readFile(path: string, withText: boolean): Promise<ReadFile | undefined> {
  const stat = statFile(path);
  if (!stat) return undefined;
  let text: string | undefined;
  const onBytes = (bytes: Buffer): void => void (text = decodeText(path, bytes));
  try {
    const hash = await hashFile(path, stat.size, withText ? onBytes : undefined);
    return { indexed: { ...stat, hash }, text };
  } catch {
    // It may not be read, or was deleted: size and time stand for its bytes.
    return { indexed: { ...stat, hash: stat.size + Math.floor(stat.mtimeMs) + 1 }, text: undefined };
  }
}

function decodeText(path: string, bytes: Buffer): string | undefined {
  const kind = classifyFile(path);
  if (kind !== 'css' && kind !== 'html') return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
