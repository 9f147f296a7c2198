import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FUZZ_TIMEOUT_MS, fuzzParameters } from '../../../tests/helpers/fuzz.ts';
import {
  isRejection,
  isTabs,
  isTotal,
  limits,
  normalizePath,
  parseHandshake,
  parseTotalDetails,
  PROTOCOL_VERSION,
} from '../src/index.ts';

describe('totals', () => {
  it.each([0, 1, 42, Number.MAX_SAFE_INTEGER])('[P7] %s is a valid total', (value) => {
    expect(isTotal(value)).toBe(true);
  });

  it.each([-1, 1.5, NaN, Infinity, 2 ** 53, '5', null, undefined, {}, [], true])(
    '[P7] %s is not a valid total',
    (value) => {
      expect(isTotal(value)).toBe(false);
    },
  );

  it('[P7] details that are unknown or invalid are dropped', { timeout: FUZZ_TIMEOUT_MS }, () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        const details = parseTotalDetails(value);
        expect(Object.keys(details).filter((key) => key !== 'stale' && key !== 'resume')).toEqual([]);
      }),
      fuzzParameters(300),
    );
    expect(parseTotalDetails({ stale: true, unknown: 1 })).toEqual({ stale: true });
    expect(parseTotalDetails({ stale: 'yes' })).toEqual({});
    expect(parseTotalDetails({ stale: true, resume: 'a_B-9.1' })).toEqual({ stale: true, resume: 'a_B-9.1' });
    const longest = 'a'.repeat(limits.maxResumeTokenLength);
    expect(parseTotalDetails({ resume: longest })).toEqual({ resume: longest });
    for (const resume of ['', 'a b', 'a\n', `${longest}a`, {}, ['a'], 5, null]) {
      expect(parseTotalDetails({ resume })).toEqual({});
    }
  });
});

describe('handshakes', () => {
  it.each([undefined, null, {}, { unknown: 'field', nested: { deep: 1 } }])(
    '[P4] %o is a valid handshake',
    (auth) => {
      expect(parseHandshake(auth)).toEqual({ ok: true, handshake: {} });
    },
  );

  it('[P4] version, member, token and resume token are read, and nothing else', () => {
    const fields = { v: 1, member: 'abcdefgh-_12', token: 's3cret', resume: 'a_B-9.1' };
    expect(parseHandshake({ ...fields, extra: 1 })).toEqual({ ok: true, handshake: fields });
  });

  it('[P21] page and tabs are read, and the page is normalized', () => {
    expect(parseHandshake({ page: '/blog/index.html?a#b', tabs: 3 })).toEqual({
      ok: true,
      handshake: { page: '/blog', tabs: 3 },
    });
  });

  it.each([
    ['a string', 'hello'],
    ['a number', 5],
    ['an array', []],
    ['a version that is a string', { v: '1' }],
    ['version 0', { v: 0 }],
    ['a member that is a number', { member: 12345678 }],
    ['a member too short', { member: 'a'.repeat(limits.minMemberLength - 1) }],
    ['a member too long', { member: 'a'.repeat(limits.maxMemberLength + 1) }],
    ['a member with a space', { member: 'abcd efgh' }],
    ['a member with a line break at its end', { member: 'abcdefgh\n' }],
    ['an empty token', { token: '' }],
    ['a token too long', { token: 'a'.repeat(limits.maxTokenLength + 1) }],
    ['an empty resume token', { resume: '' }],
    ['a resume token that is an object', { resume: {} }],
    ['a resume token with a space', { resume: 'a b' }],
    ['a resume token too long', { resume: 'a'.repeat(limits.maxResumeTokenLength + 1) }],
    ['a page that is a number', { page: 5 }],
    ['an empty page', { page: '' }],
    ['a page too long', { page: `/${'a'.repeat(limits.maxPathLength)}` }],
    ['no tabs', { tabs: 0 }],
    ['tabs as a string', { tabs: '2' }],
    ['half a tab', { tabs: 1.5 }],
    ['too many tabs', { tabs: limits.maxTabs + 1 }],
  ])('[P4] %s is rejected with a problem', (_name, auth) => {
    const result = parseHandshake(auth);
    expect(result).toMatchObject({ ok: false, code: 'handshake-invalid' });
    expect(result).toHaveProperty('problem', expect.stringContaining('must be'));
  });

  it('[P8] a newer protocol version is rejected as version-unsupported', () => {
    expect(parseHandshake({ v: PROTOCOL_VERSION + 1 })).toMatchObject({
      ok: false,
      code: 'version-unsupported',
    });
  });

  it('[P4] no value makes it throw', { timeout: FUZZ_TIMEOUT_MS }, () => {
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true }), (value) => {
        expect(parseHandshake(value)).toHaveProperty('ok');
      }),
      fuzzParameters(300),
    );
  });
});

describe('paths', () => {
  it.each([
    ['/', '/'],
    ['/index.html', '/'],
    ['/?a=b', '/'],
    ['/#top', '/'],
    ['//', '/'],
    ['/blog/', '/blog'],
    ['/blog/index.php', '/blog'],
    ['/blog/index.htm/', '/blog'],
    ['/blog/index.php/index.html//', '/blog'],
    ['/blog/myindex.html', '/blog/myindex.html'],
    ['/index.html/more', '/index.html/more'],
    ['/b%C3%BCcher?q=1#x', '/b%C3%BCcher'],
  ])('[P21] %s is the page %s', (path, page) => {
    expect(normalizePath(path)).toBe(page);
  });

  it.each(['', 'blog', '?a', 'https://a.example/', '/a b', '/a\n', '/bücher', `/${'a'.repeat(256)}`])(
    '[P21] %j is no path',
    (path) => {
      expect(normalizePath(path)).toBeUndefined();
    },
  );

  it(
    '[P21] a normalized path stays as it is, and has neither query nor fragment',
    { timeout: FUZZ_TIMEOUT_MS },
    () => {
      const part = fc.constantFrom('/', '//', 'index.html', '/index.php', 'a', '?', '#', '%20', ' ', '.');
      fc.assert(
        fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
          const path = normalizePath(`/${parts.join('')}`);
          if (path === undefined) return;
          expect(normalizePath(path)).toBe(path);
          expect(path).toMatch(/^\/(?:[^?#]*[^/?#])?$/);
        }),
        fuzzParameters(300),
      );
    },
  );

  it('[P21] the longest path has as many characters as the limit says', () => {
    const longest = `/${'a'.repeat(limits.maxPathLength - 1)}`;
    expect(normalizePath(longest)).toBe(longest);
  });

  it('[P21] a member has 1 to 1,000 tabs', () => {
    expect([1, limits.maxTabs].map(isTabs)).toEqual([true, true]);
    expect([0, limits.maxTabs + 1, 1.5, '2', null, undefined, NaN].some(isTabs)).toBe(false);
  });
});

describe('rejections', () => {
  it('[P8] an unknown code is a rejection, too', () => {
    expect(isRejection({ code: 'site-not-listed' })).toBe(true);
    expect(isRejection({ code: 'from-the-future' })).toBe(true);
  });

  it.each([null, undefined, 'full', {}, { code: 5 }, { code: '<b>' }, { code: 'x'.repeat(65) }])(
    '[P5] %o is not a rejection',
    (value) => {
      expect(isRejection(value)).toBe(false);
    },
  );
});
