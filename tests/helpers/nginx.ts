import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished, vi } from 'vitest';
import { freePort } from './free-port.ts';
import { need } from './needs.ts';

/** For tests of programs that start nginx. */
export const needNginx = (): string => need('nginx');

/** Passes every request on, and skips servers that do not answer. */
const balance = `location / {
      proxy_pass http://counter;
      proxy_http_version 1.1;
      proxy_set_header Host $host;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection upgrade;
      proxy_next_upstream error timeout http_503;
      proxy_connect_timeout 1s;
      proxy_read_timeout 60s;
    }`;

/** Starts nginx in front of servers on this machine. */
export async function startNginx(ports: readonly number[], location = balance): Promise<{ url: string }> {
  const program = needNginx();
  const folder = await mkdtemp(join(tmpdir(), 'live-online-nginx-'));
  const port = await freePort();
  const file = join(folder, 'nginx.conf');
  await writeFile(file, configuration(folder, port, ports, location));
  const child = spawn(program, ['-c', file, '-p', folder, '-e', 'stderr'], {
    stdio: ['ignore', 'ignore', 'ignore'],
  });
  const ended = once(child, 'exit');
  onTestFinished(async () => {
    child.kill('SIGTERM');
    await ended;
    await rm(folder, { recursive: true, force: true });
  });
  await vi.waitFor(async () => {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect').finally(() => socket.destroy());
  });
  return { url: `http://127.0.0.1:${port}/` };
}

function configuration(folder: string, port: number, ports: readonly number[], location: string): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  return `
daemon off;
worker_processes 1;
pid ${folder}/pid;
error_log /dev/null;
events { worker_connections 4096; }
http {
  access_log off;
  ${temporary.map((name) => `${name}_temp_path ${folder}/${name};`).join('\n  ')}
  upstream counter {
    ${ports.map((each) => `server 127.0.0.1:${each} max_fails=1 fail_timeout=1s;`).join('\n    ')}
  }
  server {
    listen 127.0.0.1:${port};
    ${location}
  }
}
`;
}
