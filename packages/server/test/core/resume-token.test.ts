import { describe, expect, it } from 'vitest';
import { formatResumeToken, parseResumeToken } from '../../src/core/resume-token.ts';

describe('resume tokens', () => {
  it('[C7] are parsed as they were formatted', () => {
    const where = { server: 'a_B-9', connectionNumber: 12 };
    expect(formatResumeToken(where)).toBe('a_B-9.12');
    expect(parseResumeToken('a_B-9.12')).toEqual(where);
  });

  it.each([
    undefined,
    '',
    'a',
    'a.',
    '.1',
    'a.0',
    'a.-1',
    'a.1.5',
    'a b.1',
    'a.9999999999',
    `${'a'.repeat(49)}.1`,
  ])('[C7] %j is no token of a server', (word) => {
    expect(parseResumeToken(word)).toBeUndefined();
  });
});
