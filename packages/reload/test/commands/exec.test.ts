import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import type { CommandReport } from '../../src/events.ts';
import type { ReloadServerOptions } from '../../src/options/options.ts';
import { connectPage, makeFolder, readToken, startReload } from '../helpers/reload-server.ts';

/** A build: copies `src/a.txt` to `dist/a.css`, or does what the file says. */
const BUILD = `
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
const source = readFileSync('ROOT/src/a.txt', 'utf8').trim();
appendFileSync('ROOT/runs', source + '\\n');
if (source.startsWith('fail')) {
  console.error('\\x1b[31mwrong\\x1b[39m in ROOT/src/a.txt:2:3');
  process.exit(2);
}
if (source.startsWith('wait')) setInterval(() => {}, 1000);
else for (const name of ['a', 'b', 'c']) writeFileSync('ROOT/dist/' + name + '.css', source);
`;

async function startBuild(options: (folder: string) => ReloadServerOptions = () => ({})) {
  const { folder, write } = makeFolder({
    'src/a.txt': 'one',
    'dist/index.html': '<!doctype html><link rel="stylesheet" href="a.css">',
    'dist/a.css': 'one',
    'dist/b.css': 'one',
    'dist/c.css': 'one',
  });
  write('build.mjs', BUILD.replaceAll('ROOT', folder));
  const command = `"${process.execPath}" "${join(folder, 'build.mjs')}"`;
  const started = await startReload(
    {},
    {
      folder: join(folder, 'dist'),
      watch: [join(folder, 'src')],
      exec: [{ command }],
      ...options(folder),
    },
  );
  const reports: CommandReport[] = [];
  const output: string[] = [];
  started.server.on('command', (report) => reports.push(report));
  started.server.on('output', ({ text }) => output.push(text));
  await started.indexed;
  const runs = (): string[] => readFileSync(join(folder, 'runs'), 'utf8').trim().split('\n');
  const states = (): string[] => reports.map(({ state }) => state);
  return { ...started, folder, write, command, reports, output, runs, states };
}

const connect = (url: string) =>
  connectPage(url, { origin: url.replace('localhost', '127.0.0.1').slice(0, -1) });

describe('exec', () => {
  it('[R9] output that git ignores, and that no page has requested, is output: no source is published', async () => {
    const { write, updates } = await startBuild((folder) => {
      writeFileSync(join(folder, '.gitignore'), 'dist/\n');
      const command = `"${process.execPath}" "${join(folder, 'build.mjs')}"`;
      // The served folder lies in the one with which the glob begins.
      return { watch: [], exec: [{ command, on: [join(folder, '{src,templates}/**')] }] };
    });
    write('src/a.txt', 'two');
    await vi.waitFor(() => expect(updates).toHaveLength(1));
    expect([...updates[0]!.files].sort()).toEqual(['a.css', 'b.css', 'c.css']);
  });

  it('[R9] a change runs the command, and all its output is one update after it', async () => {
    const { write, updates, reports, states, command } = await startBuild();
    write('src/a.txt', 'two');
    await vi.waitFor(() => expect(updates).toHaveLength(1));
    expect([...updates[0]!.files].sort()).toEqual(['a.css', 'b.css', 'c.css']);
    expect(states()).toEqual(['started', 'succeeded']);
    expect(reports[1]).toMatchObject({ command, durationMs: expect.any(Number) });
  });

  it('[R9] the newest change wins: it ends the running command', async () => {
    const { write, updates, runs, states } = await startBuild();
    write('src/a.txt', 'wait');
    await vi.waitFor(() => expect(runs()).toEqual(['wait']));
    write('src/a.txt', 'three');
    await vi.waitFor(() => expect(updates).toHaveLength(1));
    expect(runs()).toEqual(['wait', 'three']);
    expect(states()).toEqual(['started', 'superseded', 'started', 'succeeded']);
  });

  it('[R10] while it fails, pages and new pages show its output and the place, until it succeeds', async () => {
    const { write, url, updates, folder, command, output } = await startBuild();
    const page = await connect(url);
    write('src/a.txt', 'fail');
    const shown = {
      title: `${command}: exit code 2`,
      text: `\u001b[31mwrong\u001b[39m in ${folder}/src/a.txt:2:3`,
      file: `${folder}/src/a.txt`,
      line: 2,
      column: 3,
    };
    await vi.waitFor(() => expect(page.overlays).toEqual([shown]));
    expect(output.join('')).toBe(`${shown.text}\n`);
    const later = await connect(url);
    await vi.waitFor(() => expect(later.overlays).toEqual([shown]));
    expect(updates).toEqual([]);
    write('src/a.txt', 'works');
    await vi.waitFor(() => expect(page.overlays).toEqual([shown, null]));
    await vi.waitFor(() => expect(updates).toHaveLength(1));
  });

  it('[R9] each command runs for its own globs, whose folders are watched', async () => {
    const { folder, write } = makeFolder({ 'dist/index.html': 'x', 'a/x.txt': '1', 'b/x.txt': '1' });
    const mark = (name: string): string => `echo ${name} >> "${join(folder, 'marks')}"`;
    const { updates } = await startReload(
      {},
      {
        folder: join(folder, 'dist'),
        exec: [
          { command: mark('a'), on: [join(folder, 'a/**')] },
          { command: mark('b'), on: [join(folder, 'b'), `!${join(folder, 'b/no.txt')}`] },
        ],
      },
    );
    const marks = (): string => readFileSync(join(folder, 'marks'), 'utf8');
    write('b/x.txt', '2');
    await vi.waitFor(() => expect(updates).toHaveLength(1));
    expect(marks()).toBe('b\n');
    write('a/x.txt', '2');
    await vi.waitFor(() => expect(updates).toHaveLength(2));
    expect(marks()).toBe('b\na\n');
    write('b/no.txt', '2');
    await vi.waitFor(() => expect(updates).toHaveLength(3));
    expect(marks()).toBe('b\na\n');
  });

  it('[R9] close() ends a command that never ends', async () => {
    const { write, server, runs, states } = await startBuild();
    write('src/a.txt', 'wait');
    await vi.waitFor(() => expect(runs()).toEqual(['wait']));
    await server.close();
    expect(states()).toEqual(['started']);
  });

  it('[R10] with --no-serve, pages of other servers receive no output', async () => {
    const { write, url, command } = await startBuild(() => ({ serve: false }));
    const page = await connectPage(url, {
      origin: 'http://localhost:3000',
      auth: { token: await readToken(url, '/') },
    });
    write('src/a.txt', 'fail');
    await vi.waitFor(() => expect(page.overlays).toEqual([{ title: `${command}: exit code 2` }]));
  });
});
