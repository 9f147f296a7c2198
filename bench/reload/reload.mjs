import { mkdirSync, mkdtempSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as rest } from 'node:timers/promises';
import { readNumbers } from '../lib/options.mjs';
import { median, percentile, round } from '../lib/stats.mjs';
import { grouped, table } from '../lib/table.mjs';
import { launchBrowser, now, openPage } from './page.mjs';
import { installPeers, sides, startSide } from './sides.mjs';
import { measureFirstByte, measureReturn } from './returns.mjs';
import { makeProject, measureStartUp } from './start-up.mjs';

/** Times in ms that must be reached, as medians. */
const TARGETS = { morph: 20, reload: 75, css: 15, firstByte: 10, back: 100 };
/** Machines are noisy: by so much more than the fastest peer a reload may take. */
const NOISE = 1.1;

const html = (text) =>
  `<!doctype html><html><head><meta charset="utf-8"><title>Bench</title><link rel="icon" href="data:,"><link rel="stylesheet" href="site.css"></head><body><h1 id="text">${text}</h1>${'<p>Some text that stays as it is.</p>'.repeat(50)}</body></html>`;
const css = (value) => `#text { color: rgb(${value}, 1, 1) }`;

/** Saves, as editors do them. */
const saves = {
  'in place': (file, text) => writeFileSync(file, text),
  'temporary file, rename': (file, text) => {
    writeFileSync(`${file}.tmp`, text);
    renameSync(`${file}.tmp`, file);
  },
  'truncate, write': async (file, text) => {
    const handle = await open(file, 'w');
    await rest(3);
    await handle.write(text);
    await handle.close();
  },
  'delete, make anew': (file, text) => {
    unlinkSync(file);
    writeFileSync(file, text);
  },
  vim: (file, text) => {
    renameSync(file, `${file}~`);
    writeFileSync(file, text);
    unlinkSync(`${file}~`);
  },
  'slow writer': async (file, text) => {
    const handle = await open(file, 'w');
    const body = text + '<!-- -->'.repeat(125_000);
    for (let index = 0; index < 20; index++) {
      await handle.write(body.slice((index * body.length) / 20, ((index + 1) * body.length) / 20));
      await rest(30);
    }
    await handle.close();
  },
};

/** From a save to the page, beside the recipe and other tools. */
export async function reload({ args, signal, out }) {
  const { saves: count, files } = readNumbers(args, { saves: 30, files: 50_000 });
  const peersWanted = !process.env.BENCH_PEERS || process.env.BENCH_PEERS !== 'none';
  if (peersWanted) {
    out('Installing the peers…');
    await installPeers();
  }
  const browser = await launchBrowser();
  signal.addEventListener('abort', () => void browser.close(), { once: true });
  const results = {};
  const starts = {};
  const present = sides.filter(({ peer }) => !peer || peersWanted);
  const attempt = (measuring) =>
    measuring.catch((error) => {
      signal.throwIfAborted();
      return { absent: error.message };
    });
  try {
    for (const side of present) {
      results[side.name] = await attempt(measureSide(side, browser, count, signal));
      out(`  ${side.name}: ${describe(results[side.name])}`);
    }
    for (const size of [files / 5, files]) {
      const project = makeProject(size);
      try {
        for (const side of present.filter(({ name }) => name !== 'ours, by reload')) {
          const start = await attempt(measureStartUp(side, project, signal));
          (starts[side.name] ??= {})[size] = start;
          out(`  ${side.name}, ${grouped(size)} files: ${describeStart(start)}`);
        }
      } finally {
        project.remove();
      }
    }
    out(`\n${report(results)}\n\n${reportStarts(starts)}\n`);
    const firstByteMs = await measureFirstByte(signal);
    const backMs = await measureReturn(browser, signal);
    out(`  first byte of a page that streams, through the proxy: ${firstByteMs} ms later than without it`);
    out(`  new text after the server’s return: ${backMs} ms\n`);
    const verdict = {
      ...judge(results, starts['ours, in place'][files]),
      [`first byte through the proxy within ${TARGETS.firstByte} ms`]: firstByteMs <= TARGETS.firstByte,
      [`new text within ${TARGETS.back} ms of a return`]: backMs <= TARGETS.back,
    };
    for (const [name, ok] of Object.entries(verdict)) out(`  ${ok ? '✓' : '✗'} ${name}`);
    return {
      suite: 'reload',
      saves: count,
      files,
      sides: results,
      starts,
      firstByteMs,
      backMs,
      verdict,
      pass: Object.values(verdict).every(Boolean),
    };
  } finally {
    await browser.close();
  }
}

async function measureSide(side, browser, count, signal) {
  const folder = mkdtempSync(join(tmpdir(), 'live-online-bench-'));
  writeFileSync(join(folder, 'index.html'), html('start'));
  writeFileSync(join(folder, 'site.css'), css(200));
  const server = await startSide(side, folder, signal);
  const page = await openPage(browser, server.url);
  try {
    await rest(1_500);
    const figures = { message: [], text: [], css: [] };
    for (let index = 0; index < count + 3; index++) {
      const text = `save ${index}`;
      writeFileSync(join(folder, 'index.html'), html(text));
      const since = now();
      const [message, shown] = await Promise.all([
        page.saw('message', undefined, since - 1),
        page.saw('text', text, since - 1),
      ]);
      if (shown === undefined) throw new Error('a save was not shown');
      if (index >= 3) {
        figures.text.push(shown - since);
        if (message !== undefined) figures.message.push(message - since);
      }
      await rest(250 + Math.random() * 100);
    }
    page.log.length = 0;
    for (let index = 0; index < count; index++) {
      const value = index % 100;
      writeFileSync(join(folder, 'site.css'), css(value));
      const since = now();
      const shown = await page.saw('color', `rgb(${value}, 1, 1)`, since - 1);
      if (shown !== undefined) figures.css.push(shown - since);
      await rest(250 + Math.random() * 100);
    }
    const unstyled = page.log.filter(({ kind }) => kind === 'unstyled').length;
    const updates = {};
    for (const [name, save] of Object.entries(saves)) {
      updates[name] = await countUpdates(page, folder, name, save);
    }
    updates['500 files'] = await countUpdates(page, folder, '500 files', () => {
      mkdirSync(join(folder, 'many'));
      for (let index = 0; index < 500; index++) writeFileSync(join(folder, 'many', `${index}.txt`), 'x');
    });
    return { ...summary(figures), unstyled, updates };
  } finally {
    await page.close();
    await server.end();
    rmSync(folder, { recursive: true, force: true });
    rmSync(`${folder}-cache`, { recursive: true, force: true });
  }
}

/** How often the page was told or loaded for one save, whichever is more. */
async function countUpdates(page, folder, name, save) {
  const loads = page.loads();
  const since = now();
  await save(join(folder, 'index.html'), html(name));
  await rest(1_500);
  const messages = page.log.filter(({ kind, at }) => kind === 'message' && at >= since).length;
  return Math.max(messages, page.loads() - loads);
}

function summary(figures) {
  return Object.fromEntries(
    Object.entries(figures).map(([name, values]) => [
      name,
      values.length === 0
        ? null
        : { median: round(median(values), 1), p95: round(percentile(values, 0.95), 1) },
    ]),
  );
}

function describe(result) {
  if (result.absent) return `absent (${result.absent})`;
  return `text ${show(result.text)}, styles ${show(result.css)}`;
}

function show(figure) {
  return figure ? `${figure.median} / ${figure.p95}` : '–';
}

function report(results) {
  const kinds = [...Object.keys(saves), '500 files'];
  return table([
    ['ms, median / p95', 'message', 'new text', 'new styles', 'unstyled', 'most updates for one save'],
    ...Object.entries(results).map(([name, result]) =>
      result.absent
        ? [name, result.absent, '', '', '', '']
        : [
            name,
            show(result.message),
            show(result.text),
            show(result.css),
            String(result.unstyled),
            String(Math.max(...kinds.map((kind) => result.updates[kind]))),
          ],
    ),
  ]);
}

function describeStart({ absent, readyMs, memoryMb }) {
  return absent ?? `ready after ${grouped(readyMs)} ms, ${memoryMb} MB`;
}

function reportStarts(starts) {
  const sizes = Object.keys(Object.values(starts)[0]);
  return table([
    ['ready, memory at rest', ...sizes.map((size) => `${grouped(Number(size))} files`)],
    ...Object.entries(starts).map(([name, bySize]) => [
      name,
      ...sizes.map((size) => describeStart(bySize[size]).replace('ready after ', '')),
    ]),
  ]);
}

function judge(results, large) {
  const [inPlace, byReload] = [results['ours, in place'], results['ours, by reload']];
  if (inPlace.absent || byReload.absent || large.absent) return { 'it runs': false };
  const peers = Object.entries(results).filter(
    ([name, { absent }]) => !name.startsWith('ours') && name !== 'recipe' && !absent,
  );
  const fastest = Math.min(Infinity, ...peers.map(([, { text }]) => text.median));
  return {
    [`new text in place within ${TARGETS.morph} ms`]: inPlace.text.median <= TARGETS.morph,
    [`new text by reload within ${TARGETS.reload} ms`]: byReload.text.median <= TARGETS.reload,
    'by reload no slower than the fastest peer': byReload.text.median <= fastest * NOISE,
    [`new styles within ${TARGETS.css} ms`]: inPlace.css.median <= TARGETS.css,
    'no unstyled frame': inPlace.unstyled === 0,
    'one update for every kind of save': Object.values(inPlace.updates).every((updates) => updates === 1),
    'a large project is ready within 1,000 ms': large.readyMs <= 1_000,
    'a large project takes at most 75 MB': large.memoryMb <= 75,
  };
}
