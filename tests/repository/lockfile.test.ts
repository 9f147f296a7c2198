import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const lockfile = readFileSync(new URL('../../pnpm-lock.yaml', import.meta.url), 'utf8');

/** Versions below these have known security holes. */
const floors = { 'socket.io-parser': '4.2.7', ws: '8.21.1', 'engine.io': '6.6.9' };

describe('lockfile', () => {
  it.each(Object.entries(floors))('[C11] every %s in it is at least %s', (name, floor) => {
    const versions = [
      ...lockfile.matchAll(new RegExp(`^ {2}${name.replace('.', '\\.')}@([\\d.]+):`, 'gm')),
    ].map(([, version]) => version!);
    expect(versions.length).toBeGreaterThan(0);
    for (const version of versions) {
      expect(version.localeCompare(floor, 'en', { numeric: true }), version).toBeGreaterThanOrEqual(0);
    }
  });
});
