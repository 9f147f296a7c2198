import { describe, expect, it } from 'vitest';
import { compareVersions } from '../../src/client/compare-versions.ts';

describe('a page that receives the current version', () => {
  it('[R6] the same version: nothing to do', () => {
    expect(compareVersions({ id: 'a.1' }, { id: 'a.1' }, undefined)).toBe('same');
  });

  it('[R6] another version with the same bytes: nothing to do', () => {
    expect(compareVersions({ id: 'a.1', digest: 'x' }, { id: 'b.0', digest: 'x' }, undefined)).toBe('same');
  });

  it('[R6] a server that has not read everything yet is waited for', () => {
    expect(compareVersions({ id: 'a.1', digest: 'x' }, { id: 'b.0' }, undefined)).toBe('wait');
  });

  it('[R6] other bytes, or unknown bytes: reload', () => {
    expect(compareVersions({ id: 'a.1', digest: 'x' }, { id: 'b.0', digest: 'y' }, undefined)).toBe('reload');
    expect(compareVersions({ id: 'a.1' }, { id: 'b.0', digest: 'y' }, undefined)).toBe('reload');
    expect(compareVersions({ id: 'a.1' }, { id: 'a.2' }, 'a.0')).toBe('reload');
  });

  it('[R6] a reload that gave the same version again is not repeated', () => {
    expect(compareVersions({ id: 'a.1' }, { id: 'a.2' }, 'a.1')).toBe('same');
  });
});
