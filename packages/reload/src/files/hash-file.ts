import { createHash, hash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { open } from 'node:fs/promises';

/** Files up to this length are read synchronously: a round through the thread pool costs more than the reading. */
const SMALL_BYTES = 64 << 10;
const CHUNK_BYTES = 1 << 20;
const buffer = Buffer.allocUnsafe(SMALL_BYTES + 1);

/**
 * Hashes a file's bytes to a whole number, never 0.
 *
 * @param size its expected length.
 * @param onBytes receives the bytes of a small file, in a buffer that is reused after it returns.
 * @throws if it cannot be read.
 */
export function hashFile(
  path: string,
  size: number,
  onBytes?: (bytes: Buffer) => void,
): number | Promise<number> {
  return size <= SMALL_BYTES ? (hashSmallFile(path, onBytes) ?? hashLarge(path)) : hashLarge(path);
}

/** The same at once; `undefined` if the file is longer than 64 kB. */
export function hashSmallFile(path: string, onBytes?: (bytes: Buffer) => void): number | undefined {
  const file = openSync(path, 'r');
  try {
    let length = 0;
    for (;;) {
      const read = readSync(file, buffer, length, buffer.length - length, null);
      length += read;
      if (read === 0) {
        const bytes = buffer.subarray(0, length);
        onBytes?.(bytes);
        return numberOf(hash('sha1', bytes, 'buffer'));
      }
      // It has grown meanwhile.
      if (length === buffer.length) return undefined;
    }
  } finally {
    closeSync(file);
  }
}

async function hashLarge(path: string): Promise<number> {
  const digest = createHash('sha1');
  const file = await open(path);
  for await (const chunk of file.createReadStream({ highWaterMark: CHUNK_BYTES }))
    digest.update(chunk as Buffer);
  return numberOf(digest.digest());
}

/** 0 is reserved for a file that has not been read. */
function numberOf(digest: Buffer): number {
  return digest.readUIntLE(0, 6) + 1;
}
