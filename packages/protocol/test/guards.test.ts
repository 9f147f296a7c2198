import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  isRefusal,
  isTotal,
  limits,
  parseHandshake,
  parseTotalDetails,
  PROTOCOL_VERSION,
} from '../src/index.ts';

describe('totals', () => {
  it.each([0, 1, 42, Number.MAX_SAFE_INTEGER])('[P7] %s is a total', (value) => {
    expect(isTotal(value)).toBe(true);
  });

  it.each([-1, 1.5, NaN, Infinity, 2 ** 53, '5', null, undefined, {}, [], true])(
    '[P7] %s is no total',
    (value) => {
      expect(isTotal(value)).toBe(false);
    },
  );

  it('[P7] reads details that it does not understand as none', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        const details = parseTotalDetails(value);
        expect(Object.keys(details).filter((key) => key !== 'stale' && key !== 'server')).toEqual([]);
      }),
    );
    expect(parseTotalDetails({ stale: true, mood: 'calm' })).toEqual({ stale: true });
    expect(parseTotalDetails({ stale: 'yes' })).toEqual({});
    expect(parseTotalDetails({ stale: true, server: 'a_B-9.1' })).toEqual({ stale: true, server: 'a_B-9.1' });
    const longest = 'a'.repeat(limits.maxServerLength);
    expect(parseTotalDetails({ server: longest })).toEqual({ server: longest });
    for (const server of ['', 'a b', 'a\n', `${longest}a`, {}, ['a'], 5, null]) {
      expect(parseTotalDetails({ server })).toEqual({});
    }
  });
});

describe('handshakes', () => {
  it.each([undefined, null, {}, { unknown: 'field', nested: { deep: 1 } }])(
    '[P4] %o is a handshake',
    (auth) => {
      expect(parseHandshake(auth)).toEqual({ ok: true, handshake: {} });
    },
  );

  it('[P4] takes version, member, token and server, and nothing else', () => {
    const fields = { v: 1, member: 'abcdefgh-_12', token: 's3cret', server: 'a_B-9.1' };
    expect(parseHandshake({ ...fields, extra: 1 })).toEqual({ ok: true, handshake: fields });
  });

  it.each([
    ['text', 'hello'],
    ['a number', 5],
    ['a list', []],
    ['a version that is text', { v: '1' }],
    ['version 0', { v: 0 }],
    ['a member that is a number', { member: 12345678 }],
    ['a member too short', { member: 'a'.repeat(limits.minMemberLength - 1) }],
    ['a member too long', { member: 'a'.repeat(limits.maxMemberLength + 1) }],
    ['a member with a space', { member: 'abcd efgh' }],
    ['a member with a line break at its end', { member: 'abcdefgh\n' }],
    ['an empty token', { token: '' }],
    ['a token too long', { token: 'a'.repeat(limits.maxTokenLength + 1) }],
    ['an empty server', { server: '' }],
    ['a server that is an object', { server: {} }],
    ['a server with a space', { server: 'a b' }],
    ['a server too long', { server: 'a'.repeat(limits.maxServerLength + 1) }],
  ])('[P4] refuses %s and says what is wrong', (_name, auth) => {
    const result = parseHandshake(auth);
    expect(result).toMatchObject({ ok: false, code: 'handshake-invalid' });
    expect(result).toHaveProperty('problem', expect.stringContaining('must be'));
  });

  it('[P8] refuses a protocol newer than its own, by name', () => {
    expect(parseHandshake({ v: PROTOCOL_VERSION + 1 })).toMatchObject({
      ok: false,
      code: 'version-unsupported',
    });
  });

  it('[P4] never throws, whatever comes', () => {
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true }), (value) => {
        expect(parseHandshake(value)).toHaveProperty('ok');
      }),
    );
  });
});

describe('refusals', () => {
  it('[P8] takes a code it does not know as a refusal', () => {
    expect(isRefusal({ code: 'site-not-listed' })).toBe(true);
    expect(isRefusal({ code: 'from-the-future' })).toBe(true);
  });

  it.each([null, undefined, 'full', {}, { code: 5 }, { code: '<b>' }, { code: 'x'.repeat(65) }])(
    '[P5] %o is no refusal',
    (value) => {
      expect(isRefusal(value)).toBe(false);
    },
  );
});
