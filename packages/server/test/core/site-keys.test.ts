import { describe, expect, it } from 'vitest';
import {
  isPageKey,
  isSiteKey,
  otherPagesKey,
  pageKey,
  siteOfKey,
  tabsKey,
} from '../../src/core/site-keys.ts';
import { parseHostname } from '../../src/core/site.ts';
import { bucketOf } from '../../src/store/mesh/wire/keys.ts';
import { encodeDelta, parseDelta } from '../../src/store/mesh/wire/messages.ts';

const SITES = ['a.example', 'local', '__proto__', '[::1]', 'xn--bcher-kva.example', 'a'.repeat(253)];
const PATHS = ['/', '/blog', '/a/b', `/${'x'.repeat(255)}`];

describe.each(SITES)('the keys of %s', (site) => {
  const keys = [...PATHS.map((path) => pageKey(site, path)), tabsKey(site), otherPagesKey(site)];

  it('[S2] are in the bucket of their site', () => {
    for (const key of keys) expect(bucketOf(key)).toBe(bucketOf(site));
  });

  it('[C1] are no sites, and say which site they belong to', () => {
    expect(isSiteKey(site)).toBe(true);
    expect(keys.map(siteOfKey)).toEqual(keys.map(() => site));
    expect(keys.some(isSiteKey)).toBe(false);
    expect(keys.filter(isPageKey)).toEqual(PATHS.map((path) => site + path));
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('[S4] are valid in the messages between servers', () => {
    const entry = { count: 2, claims: undefined, acknowledged: undefined };
    const sites = keys.map((key) => [key, entry] as const);
    const delta = { server: 's', epoch: 1, sequence: 1, full: false, sites };
    expect(parseDelta(encodeDelta(delta))).toEqual(delta);
  });
});

it('[C1] no hostname has a separator of keys', () => {
  for (const host of ['a/b', 'a#b', 'a?b', 'a?', '[::1]/', 'a%2Fb', 'a%23'])
    expect(isSiteKey(parseHostname(host) ?? '')).toBe(true);
});
