import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as rest } from 'node:timers/promises';
import { round } from '../lib/stats.mjs';
import { startSide } from './sides.mjs';

const FILES_PER_FOLDER = 10;
/** The time between saves, in ms: long enough for a tool to report one before the next. */
const SAVE_MS = 150;
/** How long to wait for the first reported save, in ms. */
const REPORT_TIMEOUT_MS = 30_000;
/** How long a tool has to collect garbage before its memory is read, in ms. */
const REST_MS = 10_000;

/** A project of many files, in folders of ten, one HTML file in each. */
export function makeProject(files) {
  const folder = mkdtempSync(join(tmpdir(), 'live-online-bench-'));
  const folders = Array.from({ length: Math.ceil(files / FILES_PER_FOLDER) }, (_, index) =>
    join(folder, `a${index % 50}`, `b${Math.floor(index / 50)}`),
  );
  for (const [index, inner] of folders.entries()) {
    mkdirSync(inner, { recursive: true });
    writeFileSync(join(inner, 'page.html'), `<!doctype html><title>${index}</title>`);
    for (let name = 1; name < FILES_PER_FOLDER; name++)
      writeFileSync(join(inner, `${name}.txt`), `file ${index} ${name}`);
  }
  writeFileSync(join(folder, 'index.html'), '<!doctype html><html><head></head><body>Bench</body></html>');
  return {
    folder,
    /** Changes a page in a random folder: a tool may watch only some of them yet. */
    save() {
      const inner = folders[Math.floor(Math.random() * folders.length)];
      writeFileSync(join(inner, 'page.html'), `<!doctype html><title>${Math.random()}</title>`);
    },
    remove() {
      for (const path of [folder, `${folder}-cache`]) rmSync(path, { recursive: true, force: true });
    },
  };
}

/**
 * Starts a tool on a project, and saves until the tool reports a save.
 *
 * @returns `readyMs` from the start of the process to the first reported save, and the memory when idle.
 */
export async function measureStartUp(side, project, signal) {
  if (!side.saveOutput) return { absent: 'does not watch subfolders' };
  const server = await startSide(side, project.folder, signal);
  const saves = [];
  const save = () => {
    saves.push(performance.now());
    project.save();
  };
  save();
  const ticker = setInterval(save, side.debounceMs ? side.debounceMs * 1.3 : SAVE_MS);
  try {
    const reportedAt = await Promise.race([
      server.saveReported,
      rest(REPORT_TIMEOUT_MS, undefined, { signal, ref: false }),
    ]);
    clearInterval(ticker);
    if (reportedAt === undefined) return { absent: 'reported no save' };
    await rest(REST_MS, undefined, { signal });
    return {
      readyMs: round(saves.findLast((at) => at < reportedAt) - server.startedAt),
      memoryMb: round(memoryOf(server.pid)),
    };
  } finally {
    clearInterval(ticker);
    await server.end();
  }
}

/** The memory of a process and its children (RSS), in MB. */
function memoryOf(pid) {
  const parents = new Map();
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    const parent = read(name, 'stat')?.split(') ')[1]?.split(' ')[1];
    if (parent !== undefined) parents.set(Number(name), Number(parent));
  }
  const family = [pid];
  for (const member of family)
    family.push(...[...parents].filter(([, parent]) => parent === member).map(([child]) => child));
  const kilobytes = family.map((member) =>
    Number(/VmRSS:\s+(\d+)/.exec(read(member, 'status') ?? '')?.[1] ?? 0),
  );
  return kilobytes.reduce((sum, value) => sum + value, 0) / 1_024;
}

/** A process may end at any time. */
function read(pid, file) {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return undefined;
  }
}
