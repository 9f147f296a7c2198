import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import type { Page } from 'playwright-core';
import { expect, it, vi } from 'vitest';
import { inChromiumFirst } from '../helpers/browsers.ts';
import { recipe, startCounter } from '../helpers/counter.ts';
import { startSite } from '../helpers/site.ts';
import { visit } from '../helpers/visitor.ts';

const require = createRequire(import.meta.url);

/** Libraries that replace or morph the body when a visitor clicks a link. */
const libraries: { name: string; script: () => string | Promise<string>; head?: string; body?: string }[] = [
  { name: 'Turbo', script: readTurbo },
  { name: 'htmx 2', script: () => readFile(require.resolve('htmx-2/dist/htmx.js')), body: 'hx-boost="true"' },
  {
    name: 'htmx 4',
    script: () => readFile(require.resolve('htmx.org/dist/htmx.js')),
    body: 'hx-boost:inherited="true"',
  },
  {
    name: 'htmx 4 with morphing',
    script: () => readFile(require.resolve('htmx.org/dist/htmx.js')),
    body: 'hx-boost:inherited="true" hx-swap:inherited="innerMorph"',
  },
  {
    name: "Astro's router",
    script: bundleAstroRouter,
    head: '<meta name="astro-view-transitions-enabled" content="true"><meta name="astro-view-transitions-fallback" content="swap">',
  },
];

inChromiumFirst('a page that is replaced, in $name', ({ getContext }) => {
  it.each(libraries)(
    '[W7] $name: the badge is back within a frame, never twice, and the tag run again does nothing',
    async ({ script, head = '', body = '' }) => {
      const { counter, url } = await startCounter();
      const page = (title: string, next: string): string =>
        `<head>${head}<script src="/library.js"></script></head>` +
        `<body ${body}><h1>${title}</h1><a href="${next}">Next</a>${recipe(url)}</body>`;
      const site = await startSite({
        '/': page('One', '/two'),
        '/two': page('Two', '/'),
        '/library.js': { file: await script(), type: 'text/javascript' },
      });
      const tab = await visit(await getContext(), site.at('localhost'));
      await tab.sees(1);
      const frames = await watchFrames(tab.page);
      await tab.page.click('a');
      await showsHeading(tab.page, 'Two');
      await frames.pass();
      await tab.sees(1);
      await tab.page.evaluate(() => history.back());
      await showsHeading(tab.page, 'One');
      await frames.pass();
      await tab.sees(1);
      expect(await frames.problems()).toEqual([]);
      await vi.waitFor(() => expect(counter.stats().connections).toBe(1));
      expect(tab.problems).toEqual([]);
    },
  );

  it('[W7] after Turbo morphed the page, the badge is in it, and a target has the number', async () => {
    const { counter, url } = await startCounter();
    const site = await startSite({
      '/':
        `<head><meta name="turbo-refresh-method" content="morph"><script src="/library.js"></script></head>` +
        `<body><h1>One</h1><p data-live-online>0</p>` +
        `<script async src="${url}" data-position="top-left"></script></body>`,
      '/library.js': { file: readTurbo(), type: 'text/javascript' },
    });
    const tab = await visit(await getContext(), site.at('localhost'));
    await tab.sees(1);
    const frames = await watchFrames(tab.page);
    await tab.page.evaluate(() =>
      new Promise<unknown>((resolve) => {
        const { Turbo } = window as unknown as { Turbo: { visit(url: string, options: object): void } };
        document.addEventListener('turbo:morph', resolve, { once: true });
        Turbo.visit(location.href, { action: 'replace' });
      }).then(() => {}),
    );
    await frames.pass();
    await tab.sees(1);
    expect(await tab.page.locator('p').textContent()).toBe('1');
    expect(await frames.problems()).toEqual([]);
    await vi.waitFor(() => expect(counter.stats().connections).toBe(1));
    expect(tab.problems).toEqual([]);
  });

  it('[W7] after a script has replaced the body or the document, the badge is back in the next frame', async () => {
    const { counter, url } = await startCounter();
    const site = await startSite({ '/': `<body><h1>One</h1>${recipe(url)}` });
    const tab = await visit(await getContext(), site.at('localhost'));
    await tab.sees(1);
    await tab.page.evaluate(() => Object.assign(window, { badge: document.getElementById('_loc') }));
    const replacements = [
      () => (document.body = document.createElement('body')),
      () => (document.body.innerHTML = `<h1>One</h1>${document.body.innerHTML}`),
      () => document.body.replaceWith(document.body.cloneNode(true)),
      () => document.documentElement.replaceWith(document.documentElement.cloneNode(true)),
      () => document.body.replaceChildren(),
    ];
    for (const replace of replacements) {
      await tab.page.evaluate(replace);
      await tab.page.evaluate(
        () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve))),
      );
      const badges = await tab.page.evaluate(() =>
        [...document.querySelectorAll('#_loc')].map((element) => [
          element === (window as unknown as { badge: Element }).badge,
          element.parentElement === document.body,
          element.textContent,
        ]),
      );
      expect(badges, replace.toString()).toEqual([[true, true, '1']]);
    }
    await vi.waitFor(() => expect(counter.stats().connections).toBe(1));
    expect(tab.problems).toEqual([]);
  });

  it('[W7] after document.open the badge is in the new document, and the tag in it does nothing', async () => {
    const { counter, url } = await startCounter();
    const site = await startSite({ '/': `<body><h1>One</h1>${recipe(url)}` });
    const tab = await visit(await getContext(), site.at('localhost'));
    await tab.sees(1);
    await tab.page.evaluate(
      (html) => {
        document.open();
        document.write(html);
        document.close();
      },
      `<h1>Two</h1>${recipe(url)}`,
    );
    await showsHeading(tab.page, 'Two');
    await tab.sees(1);
    expect(await tab.page.locator('#_loc').count()).toBe(1);
    // The page follows the total as before, and follows changes of the new document.
    await visit(await getContext(), site.at('localhost'));
    await tab.sees(2);
    await tab.page.evaluate(() => document.body.replaceChildren());
    await tab.sees(2);
    await vi.waitFor(() => expect(counter.stats().connections).toBe(2));
    expect(tab.problems).toEqual([]);
  });

  it('[W7] a copy of the badge in the HTML of a saved page is replaced', async () => {
    const { url } = await startCounter();
    const copy = '<span id="_loc" data-state="live">7</span>';
    const site = await startSite({ '/': `<body>${copy}${recipe(url)}${copy}` });
    const tab = await visit(await getContext(), site.at('localhost'));
    await vi.waitFor(async () => expect(await tab.page.locator('#_loc').allTextContents()).toEqual(['1']));
  });

  it('[W7] an inline badge stays after its tag', async () => {
    const { url } = await startCounter();
    const tag = `<p>Here: <script async src="${url}" data-position="inline"></script></p>`;
    const site = await startSite({ '/': `<body>${tag}<h1>One</h1>` });
    const tab = await visit(await getContext(), site.at('localhost'));
    await tab.sees(1);
    await tab.page.evaluate(() => {
      const body = document.createElement('body');
      body.append(document.querySelector('p')!.cloneNode(true), 'Text');
      document.body = body;
    });
    await vi.waitFor(async () =>
      expect(await tab.page.locator('p').evaluate(({ lastElementChild }) => lastElementChild!.id)).toBe(
        '_loc',
      ),
    );
  });

  it('[W7] an update that changes nothing is no change for scripts of the page', async () => {
    const { url } = await startCounter();
    const site = await startSite({ '/': `<body><h1>0</h1>${recipe(url)}` });
    const tab = await visit(await getContext(), site.at('localhost'));
    await tab.sees(1);
    const frames = await watchFrames(tab.page);
    await tab.page.evaluate(() => {
      const heading = document.querySelector('h1')!;
      const options = { attributes: true, childList: true, characterData: true, subtree: true };
      const answer = (): string => (heading.textContent = `${Number(heading.textContent) + 1}`);
      new MutationObserver(answer).observe(document.getElementById('_loc')!, options);
      answer();
    });
    await frames.pass();
    expect(await tab.page.locator('h1').textContent()).toBe('1');
  });

  it('[W7] a script of the page that removes the badge each time does not make the page hang', async () => {
    const { url } = await startCounter();
    const remove = `<script>
      new MutationObserver(() => document.getElementById('_loc')?.remove()).observe(document, { childList: true, subtree: true });
    </script>`;
    const site = await startSite({ '/': `<body><h1>One</h1>${remove}${recipe(url)}` });
    const tab = await visit(await getContext(), site.at('localhost'));
    await vi.waitFor(async () => expect((await tab.seen()).at(-1)).toBe('1'));
    expect(await tab.page.locator('h1').textContent()).toBe('One');
  });
});

async function showsHeading(page: Page, text: string): Promise<void> {
  await vi.waitFor(async () => expect(await page.locator('h1').allTextContents()).toEqual([text]), {
    interval: 20,
  });
}

/** Counts the badges after each frame of the page. */
async function watchFrames(page: Page): Promise<{ pass(): Promise<void>; problems(): Promise<string[]> }> {
  await page.evaluate(() => {
    const counts: number[] = [];
    Object.assign(window, { badgeCounts: counts });
    const look = (): void =>
      void requestAnimationFrame(() =>
        setTimeout(() => {
          counts.push(document.querySelectorAll('#_loc').length);
          look();
        }),
      );
    look();
  });
  const counts = (): Promise<number[]> =>
    page.evaluate(() => (window as unknown as { badgeCounts: number[] }).badgeCounts);
  return {
    async pass() {
      const { length } = await counts();
      await vi.waitFor(async () => expect((await counts()).length).toBeGreaterThan(length + 2), {
        interval: 20,
      });
    },
    async problems() {
      return (await counts()).flatMap((count, index, all) => {
        // The body may have been replaced between this frame and the next.
        if (count === 0 && all[index - 1] === 0) return [`no badge in frame ${index}`];
        return count > 1 ? [`${count} badges in frame ${index}`] : [];
      });
    },
  };
}

function readTurbo(): string {
  return readFile(require.resolve('@hotwired/turbo/dist/turbo.es2017-umd.js'));
}

function readFile(path: string): string {
  return readFileSync(path, 'utf8');
}

/** What Astro's `<ClientRouter />` does with links: without its build there is no component. */
async function bundleAstroRouter(): Promise<string> {
  const router = join(dirname(require.resolve('astro/package.json')), 'dist/transitions/router.js');
  const { outputFiles } = await build({
    stdin: {
      contents: `
        import { navigate } from ${JSON.stringify(router)};
        document.addEventListener('click', (event) => {
          const link = event.target.closest('a');
          if (!link) return;
          event.preventDefault();
          navigate(link.href);
        });`,
      resolveDir: dirname(router),
    },
    bundle: true,
    write: false,
    format: 'iife',
    define: { 'import.meta.env': '{"SSR":false,"DEV":false}' },
    plugins: [
      {
        name: 'astro-modules',
        setup({ onResolve, onLoad }) {
          onResolve({ filter: /^virtual:/ }, ({ path }) => ({ path, namespace: 'virtual' }));
          onLoad({ filter: /./, namespace: 'virtual' }, () => ({
            contents: 'export const internalFetchHeaders = {}',
          }));
        },
      },
    ],
  });
  return outputFiles[0]!.text;
}
