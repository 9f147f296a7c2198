import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as rest } from 'node:timers/promises';
import { readNumbers } from '../lib/options.mjs';
import { median, percentile, round } from '../lib/stats.mjs';
import { table } from '../lib/table.mjs';
import { launchBrowser, now, openPage } from './page.mjs';
import { installPeers, sides, startSide } from './sides.mjs';

/** Times in ms that must be reached, as medians. */
const TARGETS = { morph: 20, reload: 75, css: 15 };
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
  try {
    for (const side of sides) {
      if (side.peer && !peersWanted) continue;
      results[side.name] = await measureSide(side, browser, count, signal).catch((error) => {
        signal.throwIfAborted();
        return { absent: error.message };
      });
      out(`  ${side.name}: ${describe(results[side.name])}`);
    }
    const large = await measureStart(files, signal);
    out(`\n${report(results)}\n`);
    out(
      `  ${files.toLocaleString('en-US')} files: a first save is noticed ${large.readyMs} ms after the start, ${large.memoryMb} MB\n`,
    );
    const verdict = judge(results, large);
    for (const [name, ok] of Object.entries(verdict)) out(`  ${ok ? '✓' : '✗'} ${name}`);
    return {
      suite: 'reload',
      saves: count,
      files,
      sides: results,
      large,
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

/** Our start on a large tree: until a save in it is noticed, and the memory of the process at rest. */
async function measureStart(files, signal) {
  const folder = mkdtempSync(join(tmpdir(), 'live-online-bench-'));
  const perFolder = 10;
  for (let index = 0; index < files / perFolder; index++) {
    const inner = join(folder, `a${index % 50}`, `b${Math.floor(index / 50)}`);
    mkdirSync(inner, { recursive: true });
    for (let name = 0; name < perFolder; name++)
      writeFileSync(join(inner, `${name}.txt`), `file ${index} ${name}`);
  }
  writeFileSync(join(folder, 'index.html'), html('start'));
  const { spawn } = await import('node:child_process');
  const startedAt = performance.now();
  const [script, ...args] = sides[0].command(folder, 0);
  const child = spawn(process.execPath, [script, ...args, '--log', 'json'], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, XDG_CACHE_HOME: `${folder}-cache` },
  });
  signal.addEventListener('abort', () => child.kill(), { once: true });
  try {
    const noticed = new Promise((resolve) => {
      child.stdout.on('data', (chunk) => {
        if (String(chunk).includes('"update"')) resolve(performance.now());
      });
    });
    // Files that exist, one after the other, so that none of them moves all the time.
    const ticker = setInterval(() => {
      const index = Math.floor(Math.random() * (files / perFolder));
      writeFileSync(
        join(folder, `a${index % 50}`, `b${Math.floor(index / 50)}`, '0.txt'),
        `changed ${Math.random()}`,
      );
    }, 40);
    const readyMs = round((await noticed) - startedAt);
    clearInterval(ticker);
    await rest(10_000);
    const memoryMb = round(
      Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))[1]) / 1_024,
    );
    return { readyMs, memoryMb };
  } finally {
    child.kill();
    rmSync(folder, { recursive: true, force: true });
    rmSync(`${folder}-cache`, { recursive: true, force: true });
  }
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

function judge(results, large) {
  const [inPlace, byReload] = [results['ours, in place'], results['ours, by reload']];
  if (inPlace.absent || byReload.absent) return { 'it runs': false };
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
    'a large tree is ready within 1,000 ms': large.readyMs <= 1_000,
    'a large tree takes at most 75 MB': large.memoryMb <= 75,
  };
}
