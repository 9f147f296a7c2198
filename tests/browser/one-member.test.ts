import { build } from 'esbuild';
import { beforeAll, expect, it, vi } from 'vitest';
import type { Counter, LocWidget } from '@live-online/widget';
import { inEachBrowser } from '../helpers/browsers.ts';
import { startCounter } from '../helpers/counter.ts';
import { startSite } from '../helpers/site.ts';
import { visit } from '../helpers/visitor.ts';

type Global = { locWidget: LocWidget; counters: Counter[] };

/** An app with a bundle of its own, whose counter is in `counters`. */
let app: string;

beforeAll(async () => {
  const { outputFiles } = await build({
    stdin: {
      contents: `
        import { createCounter } from '@live-online/widget';
        (window.counters ??= []).push(createCounter({ server: document.currentScript.dataset.at }));`,
      resolveDir: import.meta.dirname,
    },
    bundle: true,
    write: false,
    format: 'iife',
    platform: 'browser',
  });
  app = outputFiles[0]!.text;
});

inEachBrowser('a page with several counters, in $name', ({ getContext }) => {
  it.each(['tag first', 'app first'])('[W6] the tag and two bundles are one member: %s', async (order) => {
    const { counter, url } = await startCounter();
    const parts = [`<script src="${url}" data-label="here"></script>`, bundle(url), bundle(url)];
    if (order === 'app first') parts.reverse();
    const site = await startSite({
      '/': parts.join(''),
      '/app.js': { file: app, type: 'text/javascript' },
    });
    const tab = await visit(await getContext(), site.at('localhost'));
    await tab.sees(1);
    const states = (): Promise<unknown[]> =>
      tab.page.evaluate(() => {
        const { locWidget, counters } = window as unknown as Global;
        return [locWidget.state, ...counters.map(({ state }) => state)];
      });
    await vi.waitFor(async () => expect(await states()).toEqual(Array(3).fill({ status: 'live', total: 1 })));
    expect(counter.stats().connections).toBe(1);
    // Each of them may leave.
    await tab.page.evaluate(() => {
      const { locWidget, counters } = window as unknown as Global;
      locWidget.destroy();
      counters[0]!.close();
    });
    expect((await states()).map((state) => (state as { status: string }).status)).toEqual([
      'closed',
      'closed',
      'live',
    ]);
    expect(counter.stats().connections).toBe(1);
    await tab.page.evaluate(() => (window as unknown as Global).counters[1]!.close());
    await vi.waitFor(() => expect(counter.stats().connections).toBe(0));
    expect(tab.problems).toEqual([]);
  });
});

const bundle = (url: string): string => `<script src="/app.js" data-at="${url}"></script>`;
