import { describe, expect, it } from 'vitest';
import { partOf } from '../../src/serving/static/send-file.ts';

const validators = { etag: '"a"', lastModified: 'Sun, 29 Nov 2026 10:00:00 GMT' };
const whole = { start: 0, end: 99, partial: false };

function part(headers: Record<string, string>, method = 'GET'): unknown {
  return partOf({ headers, method }, 100, validators);
}

describe('the part of a file that is sent', () => {
  it.each([
    ['no condition and no range', {}, whole],
    ['a current validator', { 'if-none-match': '"a"' }, 'not-modified'],
    ['a validator of another version', { 'if-none-match': '"b"' }, whole],
    ['a range', { range: 'bytes=10-19' }, { start: 10, end: 19, partial: true }],
    ['a range after the end', { range: 'bytes=100-' }, 'unsatisfiable'],
    ['an invalid range', { range: 'bytes=x' }, whole],
    ['several ranges', { range: 'bytes=0-1,5-6' }, whole],
    [
      'a range of this version',
      { range: 'bytes=0-1', 'if-range': '"a"' },
      { start: 0, end: 1, partial: true },
    ],
    ['a range of another version', { range: 'bytes=0-1', 'if-range': '"b"' }, whole],
  ])('[R1] with %s', (_name, headers, expected) => {
    expect(part(headers)).toEqual(expected);
  });

  it('[R1] a range counts for GET only', () => {
    expect(part({ range: 'bytes=0-1' }, 'HEAD')).toEqual(whole);
  });
});
