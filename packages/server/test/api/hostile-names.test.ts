import { describe, expect, it } from 'vitest';
import { bodyOf, startApi } from '../helpers/api.ts';
import { readSeries } from '../helpers/read-series.ts';

/** What a client can name its site by its Origin: names of JavaScript's own objects, and characters that HTML or SQL use. */
const NAMES = [
  'constructor',
  '__proto__',
  'tostring',
  'hasownproperty',
  'valueof',
  'null',
  'undefined',
  `"onmouseover=alert(1)`,
  `'-alert(1)-'`,
  '${alert(1)}',
  '`alert(1)`',
  '{{constructor}}',
  "';drop-table-sites;--",
  '$&$1.example',
  '*',
  'a,b;c=d',
  'xn--script-rxc.example',
  '*.public.example',
];

/** The tags of an SVG file, and its attributes, without texts and values. */
function skeletonOf(svg: string): string[][] {
  return [/<[^\s>]*/g, / ([^\s=]+)="[^"]*"/g].map((part) =>
    [...svg.matchAll(part)].map(([all, name]) => name ?? all),
  );
}

describe('hostile names of sites', () => {
  it('[A1] [SEC50] are sites as any other, in the counts, in JSON, in badges and in the metrics', async () => {
    const api = await startApi({ historySites: 100 });
    const pages = await Promise.all(NAMES.map((name) => api.open(name, { page: '/__proto__' })));
    expect(Object.fromEntries(api.counter.totals())).toEqual(
      Object.fromEntries(NAMES.map((name) => [name, 1])),
    );
    const { sites } = await bodyOf<{ sites: { site: string; people: number }[] }>(api.getAsAdmin('sites'));
    expect(sites.map(({ site }) => site).sort()).toEqual([...NAMES].sort());
    expect(new Set(sites.map(({ people }) => people))).toEqual(new Set([1]));
    for (const name of NAMES) {
      const path = `sites/${encodeURIComponent(name)}`;
      expect(await bodyOf(api.getAsAdmin(path))).toMatchObject({ site: name, people: 1, tabs: 1 });
      expect(await bodyOf(api.getAsAdmin(`${path}/pages`))).toMatchObject({
        site: name,
        pages: [{ path: '/__proto__', people: 1 }],
      });
      expect(await bodyOf(api.getAsAdmin(`${path}/history`))).toMatchObject({ site: name });
      const badge = await (await api.getAsAdmin(`${path}/badge.svg`)).text();
      expect(badge).toContain('>1</text>');
    }
    const metrics = await (await api.getAsAdmin('metrics')).text();
    const series = readSeries(metrics);
    for (const name of NAMES) {
      const label = name.replace(/\\/g, String.raw`\\`).replace(/"/g, String.raw`\"`);
      expect([name, series[`live_online_site_members{site="${label}"}`]]).toEqual([name, 1]);
    }
    expect(({} as Record<string, unknown>)['people']).toBeUndefined();
    for (const page of pages) page.leave();
  });

  it('[B1] [SEC50] a label is text of the badge: escaped, on one line, and without code', async () => {
    const { get } = await startApi();
    const badge = async (label: string): Promise<string> =>
      (await get(`sites/public.example/badge.svg?label=${encodeURIComponent(label)}`)).text();
    const plain = skeletonOf(await badge('online'));
    for (const label of [
      '</text><script>alert(1)</script>',
      '"><image href="https://attacker.example" onerror="alert(1)"/>',
      ']]><!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]>&a;',
      '<foreignObject><iframe/></foreignObject>',
      '&lt;script&gt;',
    ]) {
      expect(skeletonOf(await badge(label))).toEqual(plain);
    }
    for (const label of ['\n', '\0', '\u2028', '\u001B[2J', '\uFFFE', 'x'.repeat(65)]) {
      expect(await badge(label)).toContain('query-invalid');
    }
    const answer = await get('sites/public.example/badge.svg');
    expect(answer.headers.get('content-security-policy')).toBe("default-src 'none'");
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('[A6] [SEC50] errors are JSON or plain text, whatever the address has', async () => {
    const { get, getAsAdmin, url } = await startApi();
    const script = '%3Cscript%3Ealert(1)%3C/script%3E';
    for (const path of [
      `sites/public.example/badge.svg?${script}=1`,
      `sites/public.example/badge.svg?style=${script}`,
      `sites/public.example/badge.html?count=${script}`,
      `sites/public.example/history?range=${script}`,
      `sites/${script}`,
      `${script}`,
      `servers/${script}/drain`,
    ]) {
      for (const answer of [await get(path), await getAsAdmin(path)]) {
        expect(answer.status).toBeGreaterThanOrEqual(400);
        expect(answer.headers.get('content-type')).toBe('application/problem+json');
        expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
      }
    }
    for (const path of [script, `dashboard/${script}`, `pages/${script}`]) {
      const answer = await fetch(url + path);
      expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8');
      expect(await answer.text()).not.toContain('script');
    }
  });
});
