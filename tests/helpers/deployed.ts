import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { onTestFinished, vi } from 'vitest';
import { freePort } from './free-port.ts';
import { need } from './needs.ts';

export type ReverseProxy = 'nginx' | 'Apache' | 'Caddy' | 'HAProxy';

/** A reverse proxy that runs with the configuration file of `deploy/`. */
export interface Deployed {
  /** The counter's base address. Its certificate is of no known authority. */
  url: string;
}

const deploy = new URL('../../deploy/', import.meta.url);

/**
 * Starts a reverse proxy with TLS in front of a counter, by the file in `deploy/`. Only the names, ports and paths of a real
 * machine are replaced.
 */
export async function startDeployed(proxy: ReverseProxy, counterPort: number): Promise<Deployed> {
  const program = need(proxy);
  const folder = await mkdtemp(join(tmpdir(), 'live-online-deploy-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await writeCertificate(folder);
  const port = await freePort();
  const file = join(folder, 'config');
  const { name, read, args } = proxies[proxy];
  const text = await readFile(new URL(name, deploy), 'utf8');
  const replaced = text
    .replaceAll('/etc/ssl/', `${folder}/`)
    .replaceAll(/127\.0\.0\.1:808[12]/g, `127.0.0.1:${counterPort}`);
  await writeFile(file, read(replaced, { folder, port }));
  const home = { HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder };
  const child = spawn(program, args(file, folder), { stdio: 'ignore', env: { ...process.env, ...home } });
  const ended = once(child, 'exit');
  onTestFinished(async () => {
    child.kill('SIGTERM');
    await ended;
  });
  await vi.waitFor(async () => {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect').finally(() => socket.destroy());
  }, 10_000);
  return { url: `https://localhost:${port}/live-online/` };
}

interface Place {
  folder: string;
  port: number;
}

/** The modules that `deploy/apache.conf` names, and what a bare Apache needs besides. */
const apacheModules = ['mpm_event', 'authz_core', 'socache_shmcb', 'ssl', 'proxy', 'proxy_http'];

/** How each of them is started as an ordinary process, with its files in a folder of the test. */
const proxies: Record<
  ReverseProxy,
  {
    /** Of the file in `deploy/`. */
    name: string;
    read: (text: string, place: Place) => string;
    args: (file: string, folder: string) => string[];
  }
> = {
  nginx: {
    name: 'nginx.conf',
    read: (text, { folder, port }) => `
daemon off;
pid ${folder}/pid;
error_log /dev/null;
events {}
http {
  access_log off;
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder}/${name};`).join('\n  ')}
  ${text.replace('listen 443 ssl', `listen 127.0.0.1:${port} ssl`)}
}
`,
    args: (file, folder) => ['-c', file, '-p', folder, '-e', 'stderr'],
  },
  Apache: {
    name: 'apache.conf',
    read: (text, { folder, port }) => `
ServerName localhost
ServerRoot ${folder}
PidFile ${folder}/pid
Mutex file:${folder}
ErrorLog /dev/null
Listen 127.0.0.1:${port}
${apacheModules.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`).join('\n')}
${text.replace('*:443', `127.0.0.1:${port}`)}
`,
    args: (file) => ['-DFOREGROUND', '-f', file],
  },
  Caddy: {
    name: 'Caddyfile',
    read: (text, { folder, port }) => `
{
	admin off
	auto_https off
	storage file_system ${folder}
}
${text.replace('example.org {', `https://localhost:${port} {\n\ttls ${folder}/example.org.pem ${folder}/example.org.key`)}
`,
    args: (file) => ['run', '--config', file, '--adapter', 'caddyfile'],
  },
  HAProxy: {
    name: 'haproxy.cfg',
    read: (text, { port }) => text.replace('bind :443', `bind 127.0.0.1:${port}`),
    args: (file) => ['-db', '-f', file],
  },
};

async function writeCertificate(folder: string): Promise<void> {
  const [key, certificate] = [join(folder, 'example.org.key'), join(folder, 'example.org.pem')];
  await promisify(execFile)('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
    ...['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'],
    ...['-keyout', key, '-out', certificate],
  ]);
  const both = (await readFile(certificate, 'utf8')) + (await readFile(key, 'utf8'));
  await writeFile(join(folder, 'example.org-with-key.pem'), both);
}
