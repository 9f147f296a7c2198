import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { need } from '../helpers/needs.ts';

const run = promisify(execFile);
const deploy = (name: string): string => fileURLToPath(new URL(`../../deploy/${name}`, import.meta.url));

it.each(['Caddyfile', 'Caddyfile.compose'])('[docs] Caddy understands deploy/%s', async (name) => {
  const { stdout } = await run(need('Caddy'), ['adapt', '--config', deploy(name), '--adapter', 'caddyfile']);
  expect(JSON.parse(stdout)).toHaveProperty('apps.http.servers.srv0.routes');
});

it('[docs] systemd understands deploy/live-online.service', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'live-online-unit-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const unit = await readFile(deploy('live-online.service'), 'utf8');
  const file = join(folder, 'live-online.service');
  await writeFile(file, unit.replace('/usr/local/bin/live-online-server', process.execPath));
  const { stderr } = await run(need('systemd'), ['verify', '--man=no', file]);
  expect(stderr).toBe('');
});

it('[docs] every file of deploy/ is named in docs/online.md', async () => {
  const text = await readFile(fileURLToPath(new URL('../../docs/online.md', import.meta.url)), 'utf8');
  const names = [
    'nginx.conf',
    'Caddyfile',
    'apache.conf',
    'haproxy.cfg',
    'traefik.yml',
    'live-online.service',
  ];
  for (const name of [...names, 'Dockerfile', 'compose.yaml', 'compose.redis.yaml']) {
    expect(text).toContain(`../deploy/${name})`);
  }
});
