import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readIndexCache, writeIndexCache } from '../../src/files/index-cache.ts';
import { makeFolder } from '../helpers/reload-server.ts';

describe('the index cache', () => {
  it('[R6] returns what was written, for any file names', () => {
    const { folder } = makeFolder();
    const file = join(folder, 'content');
    const known = fc.record({
      size: fc.nat(),
      mtimeMs: fc.double({ min: 0, max: 1e13, noNaN: true }).map((ms) => Math.abs(ms)),
      hash: fc.nat(),
    });
    const cached = fc.oneof(
      known,
      known.map((file) => ({ ...file, served: true as const })),
    );
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'binary' }), cached, { maxKeys: 20 }), (files) => {
        const table = new Map(Object.entries(files));
        writeIndexCache(file, table);
        expect(readIndexCache(file)).toEqual(table);
      }),
    );
    expect(readdirSync(folder)).toEqual(['content']);
  });

  it('[R6] a truncated cache returns the rest, and a file with other content nothing', () => {
    const { folder } = makeFolder();
    const file = join(folder, 'content');
    writeIndexCache(
      file,
      new Map(Array.from({ length: 2_000 }, (_, index) => [`0:f${index}`, { size: 1, mtimeMs: 2, hash: 3 }])),
    );
    const whole = readFileSync(file);
    expect(readIndexCache(file).size).toBe(2_000);
    for (const length of [0, 5, 40, 41, 1_000]) {
      writeFileSync(file, whole.subarray(0, length));
      expect(readIndexCache(file).size).toBeLessThanOrEqual(2_000);
    }
    for (const text of ['', 'other 1\n1 2 3 "a"', '{}', '\0\0\0']) {
      writeFileSync(file, text);
      expect(readIndexCache(file)).toEqual(new Map());
    }
    expect(readIndexCache(join(folder, 'none'))).toEqual(new Map());
  });

  it('[R6] a folder that cannot be written is no error', () => {
    expect(() => writeIndexCache('/no/such/folder/content', [])).not.toThrow();
  });
});
