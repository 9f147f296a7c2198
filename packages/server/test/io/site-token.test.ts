import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { FUZZ_TIMEOUT_MS, fuzzParameters } from '../../../../tests/helpers/fuzz.ts';
import { need } from '../../../../tests/helpers/needs.ts';
import { createSiteList, type ListedSite } from '../../src/core/site-list.ts';
import { createSiteToken, CounterServerError } from '../../src/index.ts';
import { checkSiteToken } from '../../src/io/admission/site-token.ts';
import { watchComparisons } from '../helpers/watch-comparisons.ts';

const secret = 'a secret of a site';
const site = 'a.example';
const NOW = 1_800_000_000_500;
const SKEW_MS = 60_000;

/** A token of `NOW`. */
function tokenOf(options: { site?: string; secret?: string; expiresInMs?: number } = {}): string {
  const clock = vi.spyOn(Date, 'now').mockReturnValue(NOW);
  try {
    return createSiteToken({ site, secret, ...options });
  } finally {
    clock.mockRestore();
  }
}

const listed = { site, token: undefined, tokenSecret: secret, isNamed: true };
const check = (token: string, at = NOW): string => checkSiteToken(listed, token, at) ?? 'accepted';

/** The same for a site that must be in a list. */
function checkAt(of: ListedSite | undefined, token: string): string {
  if (!of) return 'not listed';
  return checkSiteToken(of, token, NOW) ?? 'accepted';
}

describe('a token that expires', () => {
  it('[P25] [SEC26] is accepted until it expires, and a minute longer, for other clocks', () => {
    const token = tokenOf({ expiresInMs: 10_000 });
    expect(token).toMatch(/^e1\.1800000011\.[\da-f]{64}$/);
    const endsAt = 1_800_000_011_000 + SKEW_MS;
    expect([NOW, NOW - 3_600_000, endsAt].map((at) => check(token, at))).toEqual(
      Array.from({ length: 3 }, () => 'accepted'),
    );
    expect(check(token, endsAt + 1)).toBe('token-expired');
    expect(tokenOf()).toMatch(/^e1\.1800003601\./);
  });

  it('[P25] [SEC26] is of one site, one secret and one time', () => {
    const token = tokenOf();
    expect(check(token)).toBe('accepted');
    expect(check(tokenOf({ site: 'b.example' }))).toBe('token-wrong');
    expect(check(tokenOf({ secret: 'another secret of it' }))).toBe('token-wrong');
    expect(check(token.replace(/\d{10}/, '1900000000'))).toBe('token-wrong');
    // What has expired is reported only to those who had a valid token.
    expect(check(token.replace(/\d{10}/, '1000000000'))).toBe('token-wrong');
  });

  it('[P25] [SEC26] no change of a token is accepted', { timeout: FUZZ_TIMEOUT_MS }, () => {
    const token = tokenOf();
    fc.assert(
      fc.property(fc.nat(token.length), fc.nat(3), fc.string({ maxLength: 3 }), (at, cut, text) => {
        const changed = token.slice(0, at) + text + token.slice(at + cut);
        fc.pre(changed !== token);
        expect(check(changed)).toBe('token-wrong');
      }),
      fuzzParameters(500),
    );
    for (const invalid of [
      '',
      'e1',
      'e1..',
      'e1.1.',
      `e1.1e9.${'0'.repeat(64)}`,
      secret,
      token.toUpperCase(),
    ]) {
      expect(check(invalid), invalid).toBe('token-wrong');
    }
  });

  it('[P25] beside a fixed token, either is accepted', () => {
    const both = { ...listed, token: 'fixed' };
    expect(checkAt(both, 'fixed')).toBe('accepted');
    expect(checkAt(both, tokenOf())).toBe('accepted');
    expect(checkAt(both, 'other')).toBe('token-wrong');
    expect(checkAt({ ...both, tokenSecret: undefined }, tokenOf())).toBe('token-wrong');
  });

  it('[P25] [SEC25] each wrong token is compared in constant time, whatever its length and characters are', () => {
    const compare = watchComparisons();
    const fixed = { ...listed, token: 'a fixed token', tokenSecret: undefined };
    const signed = tokenOf();
    const guesses = ['a fixed tokem', 'x fixed token', '', 's', 'é'.repeat(13), 'x'.repeat(256)];
    // A text that has not the form of a signed token is rejected before, and says nothing about the secret.
    const almost = signed.slice(0, -1) + (signed.endsWith('0') ? '1' : '0');
    for (const [rule, wrong] of [
      ...guesses.map((guess) => [fixed, guess] as const),
      [listed, almost] as const,
    ]) {
      compare.mockClear();
      expect(checkAt(rule, wrong), wrong).toBe('token-wrong');
      expect(
        compare.mock.calls.map(([a, b]) => [a.byteLength, b.byteLength]),
        wrong,
      ).toEqual([[32, 32]]);
    }
  });

  it('[P25] [SEC25] is required under each name of its site, whichever rule has the name', () => {
    for (const rules of [
      ['www.a.example=a.example', '*.cdn.a.example=a.example', { name: 'a.example', tokenSecret: secret }],
      [{ name: 'A.example', tokenSecret: secret }, 'www.a.example=a.example', '*.cdn.a.example=a.example'],
      [{ name: 'a.example', aliases: ['www.a.example', '*.cdn.a.example'], tokenSecret: secret }],
    ]) {
      const { find } = createSiteList(rules, (path, problem) => expect.fail(`${path} ${problem}`));
      for (const name of ['a.example', 'www.a.example', 'x.cdn.a.example']) {
        expect(checkAt(find(name), tokenOf()), name).toBe('accepted');
        expect(checkAt(find(name), ''), name).toBe('token-wrong');
      }
    }
    const fixed = createSiteList(['www.a.example=a.example', { name: site, token: 'fixed' }], () => {});
    expect(checkAt(fixed.find('www.a.example'), '')).toBe('token-wrong');
  });

  it('[P25] each subdomain of a wildcard has tokens of its own', () => {
    const { find } = createSiteList([{ name: '*.a.example', tokenSecret: secret }], () => {});
    expect(checkAt(find('x.a.example'), tokenOf({ site: 'x.a.example' }))).toBe('accepted');
    expect(checkAt(find('y.a.example'), tokenOf({ site: 'x.a.example' }))).toBe('token-wrong');
  });

  it('[P25] is made for the name that the site is counted under', () => {
    expect(tokenOf({ site: 'A.Example.' })).toBe(tokenOf());
    const { find } = createSiteList([{ name: 'bücher.example', tokenSecret: secret }], () => {});
    expect(checkAt(find('xn--bcher-kva.example'), tokenOf({ site: 'bücher.example' }))).toBe('accepted');
  });

  it.each([
    [{ site: '*.a.example' }, /site must be a hostname/],
    [{ site: 'https://a.example' }, /site must be a hostname/],
    [{ secret: 'short' }, /secret must have 16 to 256/],
    [{ expiresInMs: 0 }, /expiresInMs/],
    [{ expiresInMs: NaN }, /expiresInMs/],
  ])('[P25] %o is an error of the caller', (options, message) => {
    expect(() => tokenOf(options)).toThrow(CounterServerError);
    expect(() => tokenOf(options)).toThrow(message);
  });

  it('[P25] can be made in PHP, as PROTOCOL.md shows', () => {
    const php = need('PHP');
    const protocol = readFileSync(new URL('../../../protocol/PROTOCOL.md', import.meta.url), 'utf8');
    const snippet = /```php\n([^`]+)```/.exec(protocol)![1]!;
    const code = `$secret = ${JSON.stringify(secret)};\n${snippet}\necho $token;`;
    const token = execFileSync(php, ['-r', code], { encoding: 'utf8' });
    const own = { ...listed, site: 'example.org' };
    expect(checkSiteToken(own, token, Date.now())).toBeUndefined();
    expect(checkSiteToken(own, token, Date.now() + 2 * 3_600_000)).toBe('token-expired');
  });
});
