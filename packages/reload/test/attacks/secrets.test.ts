import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readToken, makeFolder } from '../helpers/reload-server.ts';

const bin = fileURLToPath(new URL('../../bin/live-online-reload.js', import.meta.url));

describe('what is secret', () => {
  it('[R8] [SEC67] the token is in no output, no argument and no file that others can read', async () => {
    const cache = makeFolder().folder;
    // As another program could have made it.
    mkdirSync(join(cache, 'live-online-reload', 'https'), { recursive: true, mode: 0o755 });
    chmodSync(join(cache, 'live-online-reload'), 0o755);
    const { folder } = makeFolder({ 'index.html': '<!doctype html><title>t</title>' });
    const command = `"${process.execPath}" -e "console.log('started', JSON.stringify(process.env))"`;
    const args = [bin, folder, '--port', '0', '--log', 'json', '--exec', command, '--livereload', '0'];
    const tool = spawn(process.execPath, args, { env: { ...process.env, XDG_CACHE_HOME: cache } });
    onTestFinished(async () => {
      const ended = once(tool, 'exit');
      tool.kill('SIGKILL');
      await ended;
    });
    let output = '';
    tool.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const lines = createInterface(tool.stdout);
    lines.on('line', (line) => (output += line));
    const [line] = (await once(lines, 'line')) as [string];
    const { url } = JSON.parse(line) as { url: string };
    const token = await readToken(url);
    await fetch(url, { headers: { accept: 'text/html' } });
    await fetch(new URL('/__live-online/status.json', url));
    expect(token).toMatch(/^[\w-]{32}$/);
    expect(output).not.toContain(token);
    expect(readFileSync(`/proc/${tool.pid}/cmdline`, 'utf8')).not.toContain(token);
    const status = await (await fetch(new URL('/__live-online/status.json', url))).text();
    expect(status).not.toContain(token);
    const own = join(cache, 'live-online-reload');
    for (const name of readdirSync(own, { recursive: true, encoding: 'utf8' })) {
      const stats = statSync(join(own, name));
      if (stats.isFile()) expect([name, stats.mode & 0o077]).toEqual([name, 0]);
    }
  });

  it('[R12] [SEC68] a config is read from the current folder only, and from no folder above it', async () => {
    const { folder, write } = makeFolder({ 'project/site/index.html': 'x' });
    const mark = join(folder, 'ran');
    const code = `import { writeFileSync } from 'node:fs';\nwriteFileSync(${JSON.stringify(mark)}, '');\nexport default {};\n`;
    for (const above of ['', 'project/']) write(`${above}live-online-reload.config.mjs`, code);
    write('package.json', JSON.stringify({ liveOnlineReload: { exec: [{ command: `touch '${mark}'` }] } }));
    const run = (cwd: string) => promisify(execFile)(process.execPath, [bin, '.', '--print-config'], { cwd });
    await run(join(folder, 'project/site'));
    expect(existsSync(mark)).toBe(false);
    await run(join(folder, 'project'));
    expect(existsSync(mark)).toBe(true);
  });
});
