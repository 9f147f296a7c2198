import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished } from 'vitest';
import { root, tool, type Project } from './packed.ts';
import type { SitePage } from './site.ts';

export const ADMIN_TOKEN = 'a-token-of-the-admin';
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

/** The packages that apps with the functions for frameworks need. */
export const frameworkPackages = ['react@19.3.1', 'react-dom@19.3.1', 'vue@3.5.45', 'svelte@5.57.3'];

/** An installed server, with all that its flags turn on. */
export interface InstalledServer {
  url: string;
  metricsUrl: string;
  /** Sends SIGTERM. Resolves to the exit code. */
  end(): Promise<number>;
}

/** Starts the installed server. Its history is in the folder `data` of the project. */
export async function startInstalled(project: Project, webhook: string): Promise<InstalledServer> {
  const args = ['--port', '0', '--host', '127.0.0.1', '--log', 'json', '--public', 'localhost'];
  args.push('--data', join(project.folder, 'data'), '--metrics-port', '0');
  args.push('--webhook', webhook, '--webhook-allow-private', '--webhook-threshold', '2');
  const bin = join(project.folder, 'node_modules', '.bin', 'live-online-server');
  const child = spawn(process.execPath, [bin, ...args], {
    cwd: project.folder,
    env: { ...process.env, LIVE_ONLINE_ADMIN_TOKEN: ADMIN_TOKEN, LIVE_ONLINE_WEBHOOK_SECRET: SECRET },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  const { url, metricsUrl } = JSON.parse(line) as { url: string; metricsUrl: string };
  // The pages are on localhost, which the option --public names.
  return { url: url.replace('127.0.0.1', 'localhost'), metricsUrl, end: () => endOf(child) };
}

async function endOf(child: ChildProcess): Promise<number> {
  child.kill('SIGTERM');
  const [code] = (await once(child, 'exit')) as [number];
  return code;
}

/** A receiver of webhooks, which verifies them. Lists them as `site.occupied localhost`. */
export async function startReceiver(): Promise<{ url: string; received: string[] }> {
  const { Webhook } = createRequire(join(root, 'packages', 'server', 'package.json'))('standardwebhooks') as {
    Webhook: new (secret: string) => { verify(body: string, headers: object): unknown };
  };
  const webhook = new Webhook(SECRET);
  const received: string[] = [];
  const receive = (body: string, headers: object): void => {
    const { type, data } = webhook.verify(body, headers) as { type: string; data: { site: string } };
    received.push(`${type} ${data.site}`);
  };
  const server = createServer((request, response) => {
    void text(request)
      .then((body) => receive(body, request.headers))
      .then(
        () => 204,
        () => 400,
      )
      .then((status) => response.writeHead(status).end());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, received };
}

/** A page with the entries of the installed widget. Each shows the number in an element that is named after its entry. */
export async function buildPage(project: Project, server: string): Promise<Record<string, SitePage>> {
  await project.write({
    'app/main.js': `
      import { createCounter } from '@live-online/widget';
      import { LiveOnlineCounter } from '@live-online/widget/element';
      import '@live-online/widget/define';
      import { useOnlineCount as useInReact } from '@live-online/widget/react';
      import { useOnlineCount as useInVue } from '@live-online/widget/vue';
      import { onlineCount } from '@live-online/widget/svelte';
      import { createElement } from 'react';
      import { createRoot } from 'react-dom/client';
      import { createApp, h } from 'vue';

      const server = ${JSON.stringify(server)};
      const element = document.createElement('live-online-counter');
      element.server = server;
      document.querySelector('#element').append(element);
      if (!(element instanceof LiveOnlineCounter)) throw new Error('not the class of the entry element');
      createCounter({ server }).subscribe(({ total }) => { document.querySelector('#client').textContent = total; });
      createRoot(document.querySelector('#react')).render(createElement(() => useInReact({ server }).total));
      createApp({ setup: () => { const online = useInVue({ server }); return () => h('b', online.value.total); } }).mount('#vue');
      onlineCount({ server }).subscribe(({ total }) => { document.querySelector('#svelte').textContent = total; });`,
  });
  const out = join(project.folder, 'app', 'out');
  const build = [
    'app/main.js',
    '--bundle',
    '--minify',
    '--format=esm',
    `--outdir=${out}`,
    '--log-level=error',
  ];
  await project.run(tool('esbuild'), [...build, '--define:process.env.NODE_ENV="production"']);
  const ids = ['element', 'client', 'react', 'vue', 'svelte'];
  return {
    '/': `${ids.map((id) => `<p id="${id}"></p>`).join('')}<script type="module" src="/main.js"></script>`,
    '/main.js': { file: await readFile(join(out, 'main.js'), 'utf8'), type: 'text/javascript' },
  };
}

/** What the page of `buildPage` shows, for `page.evaluate`. */
export function readPage(): (string | null | undefined)[] {
  const element = document.querySelector('live-online-counter');
  const total = element?.shadowRoot?.querySelector('[part=total]')?.textContent;
  return [
    total,
    ...['client', 'react', 'vue', 'svelte'].map((id) => document.getElementById(id)!.textContent),
  ];
}

/** Asks the API for JSON, as a reader without a token. */
export async function readJson<Body>(url: string): Promise<Body> {
  const response = await fetch(url);
  expect([url, response.status]).toEqual([url, 200]);
  return (await response.json()) as Body;
}
