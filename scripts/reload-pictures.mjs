#!/usr/bin/env node
/**
 * Makes the strip of pictures of the reload tool's README from the real tool: a page before a save, the save, and the page after it.
 * Run it after a build: `node scripts/reload-pictures.mjs`. It needs Chromium.
 */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { chromium } from 'playwright-core';
import { createReloadServer } from '@live-online/reload';
import { root } from './lib/root.mjs';
import { findNeed } from './lib/system-needs.mjs';

const SIZE = { width: 1200, height: 400 };
const BEFORE = 'Save me, and look here';
const AFTER = 'Saved, and already here';

const folder = mkdtempSync(join(tmpdir(), 'live-online-pictures-'));
const content = join(folder, 'content');
cpSync(join(root, 'examples/live-reload/content'), content, { recursive: true });
const file = join(content, 'index.html');
// Without the list, the heading and the field fit into one picture.
const html = readFileSync(file, 'utf8').replace(/<ol class="files">.*<\/ol>/s, '');

const server = createReloadServer({ folder: content, port: 0, cacheFolder: join(folder, 'cache') });
const { url } = await server.listen();
await server.ready();
const browser = await chromium.launch({ executablePath: findNeed('Chromium'), args: ['--no-sandbox'] });

try {
  for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
    writeFileSync(file, html);
    const context = await browser.newContext({ viewport: { width: 560, height: 500 }, colorScheme });
    const page = await context.newPage();
    await page.goto(url);
    await page.fill('input', 'Typed before the save');
    // The save must be a single one, as those of people are.
    await setTimeout(1_000);
    const before = await page.screenshot();
    const updated = nextUpdate();
    writeFileSync(file, html.replace(BEFORE, AFTER));
    const { durationMs = 0 } = await updated;
    await page.getByText(AFTER).waitFor();
    const after = await page.screenshot();
    const strip = await context.newPage();
    await strip.setViewportSize(SIZE);
    await strip.setContent(stripOf(colorScheme, before, after, Math.round(durationMs)));
    await strip.screenshot({ path: join(root, `docs/images/reload-${colorScheme}.png`) });
    await context.close();
  }
} finally {
  await browser.close();
  await server.close();
  rmSync(folder, { recursive: true, force: true });
}

/** @returns {Promise<import('@live-online/reload').UpdateReport>} the update of a save that pages have applied */
function nextUpdate() {
  return new Promise((resolve) => {
    const off = server.on('update', (report) => {
      if (report.pages.apply === 0) return;
      off();
      resolve(report);
    });
  });
}

/**
 * @param {'light' | 'dark'} scheme
 * @param {Buffer} before
 * @param {Buffer} after
 * @param {number} durationMs
 */
function stripOf(scheme, before, after, durationMs) {
  const [back, text, dim, paper, mark] =
    scheme === 'dark'
      ? ['#0d1117', '#e6edf3', '#8b949e', '#161b22', '#2ea04333']
      : ['#ffffff', '#1f2328', '#59636e', '#f6f8fa', '#1a7f3722'];
  /** @param {Buffer} picture */
  const image = (picture) => `<img alt="" src="data:image/png;base64,${picture.toString('base64')}">`;
  /** @param {string} heading */
  const editor = (heading) => `<pre>  &lt;main&gt;
    &lt;img class="boat" …&gt;
<mark>    &lt;h1&gt;${heading}&lt;/h1&gt;</mark>
    &lt;p&gt;…&lt;/p&gt;</pre>`;
  return `<!doctype html><style>
    body { margin: 0; padding: 16px; background: ${back}; color: ${text}; font: 15px/1.4 system-ui, sans-serif;
      display: grid; grid-template-columns: 1fr 1fr 1fr; gap: 16px }
    h2 { font-size: 15px; margin: 0 0 8px } img { width: 100%; border: 1px solid ${dim}55; border-radius: 6px; display: block }
    pre { margin: 0; padding: 12px; background: ${paper}; border: 1px solid ${dim}55; border-radius: 6px; font: 13px/1.6 monospace }
    mark { background: ${mark}; color: inherit; display: inline-block; width: 100% } .dim { color: ${dim} }
  </style>
  <section><h2>1. The page is open</h2>${image(before)}</section>
  <section><h2>2. You save index.html</h2>${editor(AFTER)}<br>
    <pre><span class="dim">$ npx @live-online/reload content</span>
index.html <span class="dim">→</span> morphed in 1 page (${durationMs} ms)</pre></section>
  <section><h2>3. It shows the change, and keeps your text</h2>${image(after)}</section>`;
}
