import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { BrowserContext } from 'playwright-core';
import { takePage } from './browsers.ts';
import { startSite } from './site.ts';

export type MorphOutcome = { done: true } | { done: false; reason: string };

const entry = fileURLToPath(
  new URL('../../packages/reload/src/client/morph/morph-document.ts', import.meta.url),
);

let script: Promise<string> | undefined;

/** The code under test as a script for a page, bundled once for all pages of a file. */
async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    stdin: {
      contents: `import { morphDocument } from ${JSON.stringify(entry)}; window.morphDocument = morphDocument;`,
      resolveDir: fileURLToPath(new URL('../../packages/reload', import.meta.url)),
    },
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2022',
  });
  return outputFiles[0]!.text;
}

/** A page made of some HTML, which can be morphed into another. */
export async function openMorphPage(context: BrowserContext, html: string) {
  const code = await (script ??= bundle());
  const pages = { html };
  const site = await startSite({
    '/': { html: '', headers: {} },
    '/late.css': { html: '', headers: { 'Content-Type': 'text/css' } },
  });
  const page = await takePage(context);
  await page.route(site.at('localhost'), (route) =>
    route.fulfill({ contentType: 'text/html', body: pages.html }),
  );
  await page.goto(site.at('localhost'));
  await page.evaluate(code);
  return {
    page,
    morph: (next: string, base = html): Promise<MorphOutcome> =>
      page.evaluate(
        ([before, after]) =>
          (
            window as unknown as { morphDocument: (a: string, b: string) => Promise<MorphOutcome> }
          ).morphDocument(before!, after!),
        [base, next],
      ),
  };
}
