import { describe, expect, it } from 'vitest';
import { createSiteList, type SiteOptions } from '../../src/core/site-list.ts';

function list(rules: (string | SiteOptions)[] | undefined) {
  const problems: string[] = [];
  const { find } = createSiteList(rules, (path, problem) => problems.push(`${path} ${problem}`));
  const isNamed = (hostname: string): boolean => find(hostname)?.isNamed ?? false;
  return { find, isNamed, problems, siteOf: (hostname: string) => find(hostname)?.site };
}

describe('list of sites', () => {
  it('[C1] without a list every site is counted', () => {
    expect(list(undefined).siteOf('anything.example')).toBe('anything.example');
  });

  it('[C1] lists exact names, and local only if it is named', () => {
    const { siteOf } = list(['Example.org', 'bücher.example']);
    expect(siteOf('example.org')).toBe('example.org');
    expect(siteOf('xn--bcher-kva.example')).toBe('xn--bcher-kva.example');
    expect(siteOf('www.example.org')).toBeUndefined();
    expect(siteOf('local')).toBeUndefined();
    expect(list(['local']).siteOf('local')).toBe('local');
  });

  it('[C1] a wildcard lists every subdomain, each as a site of its own, and not the bare name', () => {
    const { siteOf } = list(['*.example.org']);
    expect(siteOf('a.example.org')).toBe('a.example.org');
    expect(siteOf('b.a.example.org')).toBe('b.a.example.org');
    expect(siteOf('example.org')).toBeUndefined();
    expect(siteOf('badexample.org')).toBeUndefined();
  });

  it('[C1] an alias is counted as the site it stands for', () => {
    for (const rules of [
      ['www.example.org=example.org', '*.preview.example.org=example.org'],
      [{ name: 'example.org', aliases: ['www.example.org', '*.preview.example.org'] }],
    ]) {
      const { siteOf, problems } = list(rules);
      expect(problems).toEqual([]);
      expect(siteOf('example.org')).toBe('example.org');
      expect(siteOf('www.example.org')).toBe('example.org');
      expect(siteOf('x.preview.example.org')).toBe('example.org');
    }
  });

  it('[C1] the nearest wildcard wins', () => {
    const { siteOf } = list(['*.example.org', '*.a.example.org=a.example.org']);
    expect(siteOf('x.a.example.org')).toBe('a.example.org');
    expect(siteOf('x.b.example.org')).toBe('x.b.example.org');
  });

  it('[C11] marks the sites that it names, and not those of a wildcard', () => {
    const { isNamed } = list([
      'a.example',
      'www.b.example=b.example',
      '*.c.example=c.example',
      '*.d.example',
    ]);
    expect(['a.example', 'b.example', 'c.example'].map(isNamed)).toEqual([true, true, true]);
    expect(['x.d.example', 'd.example', 'e.example'].map(isNamed)).toEqual([false, false, false]);
    expect(list(undefined).isNamed('a.example')).toBe(false);
  });

  it('[C1] names every mistake by its path', () => {
    const { problems } = list([
      'https://example.org',
      'example.org:8080',
      'a b',
      { name: '*.example.org', aliases: ['www.example.org'] },
      'x.example=a.example',
      'x.example=b.example',
      'c.example=d.example=e.example',
      { name: 'f.example', token: 'one' },
      { name: 'f.example', token: 'two' },
    ]);
    expect(problems).toEqual([
      expect.stringMatching(/^sites\[0\] "https:\/\/example.org" is not a hostname/),
      expect.stringMatching(/^sites\[1\] /),
      expect.stringMatching(/^sites\[2\] /),
      expect.stringMatching(/^sites\[3\] .*aliases/),
      'sites[5] "x.example" is listed as an alias of b.example here, and as an alias of a.example in an earlier entry: remove it from one of the two',
      expect.stringMatching(/^sites\[6\] "d.example=e.example" is not a hostname/),
      'sites[8] "f.example" is listed with two tokens: remove one of the two',
    ]);
    expect(
      list(['www.example.org=example.org', 'www.example.org', '*.a.example', '*.a.example=a.example']),
    ).toMatchObject({
      problems: [
        'sites[1] "www.example.org" is listed as a site of its own here, and as an alias of example.org in an earlier entry: remove it from one of the two',
        'sites[3] "*.a.example" is listed as an alias of a.example here, and as a site of its own in an earlier entry: remove it from one of the two',
      ],
    });
  });

  it('[C1] keeps a site’s token with the site and its aliases', () => {
    const { find } = list([
      { name: 'example.org', aliases: ['www.example.org'], token: 'secret' },
      'open.example',
    ]);
    expect(find('www.example.org')).toEqual({ site: 'example.org', token: 'secret', isNamed: true });
    expect(find('open.example')?.token).toBeUndefined();
  });
});
