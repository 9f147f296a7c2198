import { expect, it, vi } from 'vitest';
import { axeViolations } from '../helpers/axe-violations.ts';
import { inChromiumFirst, takePage } from '../helpers/browsers.ts';
import { startCounter } from '../helpers/counter.ts';
import { startSite } from '../helpers/site.ts';
import { visit } from '../helpers/visitor.ts';

inChromiumFirst('the live badge, in $name', ({ getContext }) => {
  it('[B2] in a frame of another site shows each change, and is not counted', async () => {
    const { counter, url } = await startCounter({ publicSites: ['localhost'] });
    const badge = `${url}v1/sites/localhost/badge.html?label=readers&theme=dark`;
    // An isolated page accepts only frames that are isolated, too.
    const headers = { 'Cross-Origin-Embedder-Policy': 'require-corp' };
    const frames = `<main><h1>Test</h1><iframe title="Readers" src="${badge}"></iframe></main>`;
    const site = await startSite({
      '/counted': `<body><script async src="${url}"></script></body>`,
      '/': { html: frames, headers },
    });
    const page = await takePage(await getContext());
    await page.goto(site.at('127.0.0.1'));
    const text = (): Promise<string> => page.locator('iframe').contentFrame().locator('main').innerText();
    await vi.waitFor(async () => expect(await text()).toBe('0 readers'));
    const visitor = await visit(await getContext(), site.at('localhost', '/counted'));
    await visitor.sees(1);
    await vi.waitFor(async () => expect(await text()).toBe('1 readers'));
    expect(counter.totals()).toEqual(new Map([['localhost', 1]]));
    expect(await axeViolations(page)).toEqual([]);
  });
});
