import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { floors, isAtLeast } from '../helpers/floors.ts';

const lockfile = readFileSync(new URL('../../pnpm-lock.yaml', import.meta.url), 'utf8');

describe('lockfile', () => {
  it.each(Object.entries(floors))('[C11] every %s in it is at least %s', (name, floor) => {
    const versions = [
      ...lockfile.matchAll(new RegExp(`^ {2}${name.replace('.', '\\.')}@([\\d.]+):`, 'gm')),
    ].map(([, version]) => version!);
    expect(versions.length).toBeGreaterThan(0);
    for (const version of versions) expect(isAtLeast(version, floor), version).toBe(true);
  });
});
