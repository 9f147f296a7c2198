import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FUZZ_TIMEOUT_MS, fuzzParameters } from '../../../../tests/helpers/fuzz.ts';
import { limits } from '@live-online/protocol';
import { siteOf } from '../../src/core/site.ts';

describe('site of a page', () => {
  it.each([
    ['https://example.org', 'example.org'],
    ['http://example.org:8080', 'example.org'],
    ['https://EXAMPLE.org', 'example.org'],
    ['https://bücher.example', 'xn--bcher-kva.example'],
    ['https://example.org.', 'example.org'],
    ['http://127.0.0.1:8080', '127.0.0.1'],
    ['http://[::1]:3000', '[::1]'],
    ['http://anything.localhost:8080', 'anything.localhost'],
    ['capacitor://localhost', 'localhost'],
    ['https://__proto__', '__proto__'],
    ['null', 'local'],
    ['file://', 'local'],
  ])('[C1] Origin %s is %s', (origin, site) => {
    expect(siteOf({ origin, referer: 'https://other.example/' })).toBe(site);
  });

  it('[C1] without an Origin the Referer is used', () => {
    expect(siteOf({ referer: 'https://Example.org:8443/deep/page?with=query' })).toBe('example.org');
    expect(siteOf({ referer: 'about:blank' })).toBe('local');
    expect(siteOf({ referer: 'not a URL at all' })).toBe('local');
    expect(siteOf({})).toBe('local');
  });

  it('[C1] a hostname is what a browser makes of it', { timeout: FUZZ_TIMEOUT_MS }, () => {
    const label = fc.stringMatching(/^(?:[a-z0-9_-]{1,8}|xn--[a-z0-9-]{1,6}|0x[0-9a-f]{1,3}|[0-9]{1,3})$/);
    const authority = fc
      .tuple(
        fc.array(label, { minLength: 1, maxLength: 4 }),
        fc.constantFrom('', '.', ':1', ':80', ':65535', ':99999'),
      )
      .map(([labels, end]) => labels.join('.') + end);
    fc.assert(
      fc.property(authority, (text) => {
        let expected: string | undefined;
        try {
          expected = new URL(`http://${text}/`).hostname.replace(/\.$/, '') || undefined;
        } catch {
          expected = undefined;
        }
        expect(siteOf({ origin: `https://${text}` })).toBe(expected);
      }),
      fuzzParameters(500),
    );
  });

  it.each(
    [
      'example.org',
      'https://',
      'https://user:secret@example.org',
      'https://example.org/path',
      'https://exa mple.org',
      'https://example.org?',
      'https://a\\b',
      'https://%00.example',
      '',
      `https://${'a'.repeat(10_000)}.example`,
      `https://${Array(30).fill('longlabel').join('.')}`,
      'https://example.org, https://other.example',
      'javascript:alert(1)',
    ].filter((origin) => origin !== 'https://'),
  )('[C1] %s is no Origin', (origin) => {
    expect(siteOf({ origin })).toBeUndefined();
  });

  it('[C1] where a browser sends neither Origin nor Referer, the host of a request to its own origin serves', () => {
    expect(siteOf({ host: 'Example.org:8443' })).toBe('example.org');
    expect(siteOf({ referer: 'https://a.example/', host: 'b.example' })).toBe('a.example');
    expect(siteOf({ origin: 'null', host: 'b.example' })).toBe('local');
    for (const host of ['', 'a b', 'a/b', 'user@a.example']) expect(siteOf({ host })).toBe('local');
  });

  it(
    '[C1] any string is a site by rule or no site: lower case, bounded, and its own site again',
    { timeout: FUZZ_TIMEOUT_MS },
    () => {
      const origin = fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.string({ unit: 'binary' }).map((text) => `https://${text}`),
        fc
          .webAuthority({ withPort: true, withIPv4: true, withIPv6: true })
          .map((authority) => `http://${authority}`),
      );
      fc.assert(
        fc.property(origin, (text) => {
          const site = siteOf({ origin: text });
          if (site === undefined) return;
          expect(site).toBe(site.toLowerCase());
          expect(site.length).toBeLessThanOrEqual(limits.maxSiteLength);
          expect(site).not.toMatch(/[/?#@\s]/);
          if (site !== 'local') expect(siteOf({ origin: `http://${site}` })).toBe(site);
        }),
        fuzzParameters(2_000),
      );
    },
  );
});
