import { describe, expect, it, vi } from 'vitest';
import { bundleApp, bundleForServer, type App } from '../helpers/bundle.ts';
import { inChromiumFirst } from '../helpers/browsers.ts';
import { startCounter } from '../helpers/counter.ts';
import { compileSvelte, compileVue } from '../helpers/framework-compilers.ts';
import { readSnippets, snippetUnder } from '../helpers/readme.ts';
import { startSite } from '../helpers/site.ts';
import { visit } from '../helpers/visitor.ts';

const snippets = readSnippets('packages/widget/README.md');
/** The server of the README's code. */
const SERVER = `'https://example.org/live-online/'`;

interface Framework {
  /** The component of the README, for browsers or for a server render. */
  compile(isServer: boolean): Promise<string> | string;
  /** Shows the component `Online` twice in `#app`, or adopts what the server has rendered. */
  readonly page: (isHydrated: boolean) => string;
  /** Exports `render()`, which resolves to HTML. */
  readonly server: string;
}

const frameworks: Record<string, Framework> = {
  React: {
    compile: () => snippetUnder(snippets, 'React', 'tsx'),
    page: (isHydrated) => `
      import { StrictMode } from 'react';
      import { createRoot, hydrateRoot } from 'react-dom/client';
      import { Online } from './Online';
      const app = <StrictMode><Online /><Online /></StrictMode>;
      const target = document.querySelector('#app')!;
      const root = ${isHydrated} ? hydrateRoot(target, app, { onRecoverableError: console.error }) : createRoot(target);
      if (!${isHydrated}) root.render(app);
      Object.assign(window, { unmount: () => root.unmount() });`,
    server: `
      import { renderToString } from 'react-dom/server';
      import { Online } from './Online';
      export const render = async () => renderToString(<><Online /><Online /></>);`,
  },
  Vue: {
    compile: (isServer) => compileVue(snippetUnder(snippets, 'Vue', 'vue'), isServer),
    page: (isHydrated) => `
      import { createApp, createSSRApp, h } from 'vue';
      import Online from './Online';
      const app = (${isHydrated} ? createSSRApp : createApp)({ render: () => [h(Online), h(Online)] });
      app.mount('#app');
      Object.assign(window, { unmount: () => app.unmount() });`,
    server: `
      import { createSSRApp, h } from 'vue';
      import { renderToString } from 'vue/server-renderer';
      import Online from './Online';
      export const render = () => renderToString(createSSRApp({ render: () => [h(Online), h(Online)] }));`,
  },
  Svelte: {
    compile: (isServer) => compileSvelte(snippetUnder(snippets, 'Svelte', 'svelte'), isServer),
    page: (isHydrated) => `
      import { hydrate, mount, unmount } from 'svelte';
      import Online from './Online';
      const target = document.querySelector('#app')!;
      // What a server has rendered has one root.
      const apps = ${isHydrated} ? [hydrate(Online, { target })] : [mount(Online, { target }), mount(Online, { target })];
      Object.assign(window, { unmount: () => apps.forEach((app) => void unmount(app)) });`,
    server: `
      import { render as renderComponent } from 'svelte/server';
      import Online from './Online';
      export const render = async () => renderComponent(Online).body;`,
  },
};

async function appOf({ compile }: Framework, entry: string, server: string, isServer = false): Promise<App> {
  const code = await compile(isServer);
  expect(code).toContain(SERVER.slice(1, -1));
  return { entry, modules: { './Online': code.replaceAll(SERVER.slice(1, -1), server) } };
}

describe.each(Object.keys(frameworks))('%s', (name) => {
  const framework = frameworks[name]!;

  it('[W3] a server render opens no connection', async () => {
    const { counter, url } = await startCounter();
    const module = await bundleForServer(await appOf(framework, framework.server, url, true));
    const { render } = (await import(/* @vite-ignore */ module)) as { render(): Promise<string> };
    expect(await render()).not.toContain('online</p>');
    expect(counter.stats().connections).toBe(0);
  });

  inChromiumFirst('in $name', ({ getContext }) => {
    it.each([
      ['a page', false],
      ['a page from a server render', true],
    ])(
      '[W3] [W6] its code in the README shows the number in %s, by one connection',
      async (_page, isHydrated) => {
        const { counter, url } = await startCounter();
        let html = '';
        if (isHydrated) {
          const module = await bundleForServer(await appOf(framework, framework.server, url, true));
          html = await ((await import(/* @vite-ignore */ module)) as { render(): Promise<string> }).render();
        }
        const files = await bundleApp(await appOf(framework, framework.page(isHydrated), url));
        const body = `<div id="app">${html}</div><script type="module" src="/app.js"></script>`;
        const site = await startSite({ '/': body, ...files });
        const { page, problems, warnings } = await visit(await getContext(), site.at('localhost'));
        const shown = (): Promise<string[]> =>
          page.$$eval('#app p', (all) => all.map(({ textContent }) => textContent));
        const count = isHydrated && name === 'Svelte' ? 1 : 2;
        await vi.waitFor(async () => expect(await shown()).toEqual(Array(count).fill('1 online')));
        expect(counter.stats().connections).toBe(1);
        const other = await visit(await getContext(), site.at('localhost'));
        await vi.waitFor(async () => expect(await shown()).toEqual(Array(count).fill('2 online')));
        await page.evaluate(() => (window as unknown as { unmount(): void }).unmount());
        await vi.waitFor(() => expect(counter.stats().connections).toBe(1));
        expect([...problems, ...warnings, ...other.problems]).toEqual([]);
      },
    );
  });
});
