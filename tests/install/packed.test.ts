import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { chmod, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { chromiumBrowser } from '../helpers/browsers.ts';
import { floors, isAtLeast } from '../helpers/floors.ts';
import {
  ADMIN_TOKEN,
  buildPage,
  frameworkPackages,
  readJson,
  readPage,
  startInstalled,
  startReceiver,
} from '../helpers/packed-product.ts';
import {
  buildsFromItsConfig,
  countsFromItsBin,
  offersFromItsBin,
  reloadsFromItsBin,
} from '../helpers/packed-smoke.ts';
import { bundlers } from '../helpers/packed-bundles.ts';
import { checkTypes } from '../helpers/packed-types.ts';
import { createProject, installPacked, root, type Project } from '../helpers/packed.ts';
import { startSite } from '../helpers/site.ts';
import { visit } from '../helpers/visitor.ts';

/** Ports below this one need root. */
const lowestFreePort = Number(readFileSync('/proc/sys/net/ipv4/ip_unprivileged_port_start', 'utf8'));

let project: Project;
beforeAll(async () => {
  project = await createProject();
  await installPacked(project, ['@types/node@20', ...frameworkPackages]);
}, 180_000);
afterAll(() => project?.remove());

describe('installed with plain npm', () => {
  it('[C10] the server runs from its bin, serves and counts', async () => {
    await countsFromItsBin(project, process.execPath);
  });

  it('[R1] the reload tool runs from its bin, serves and reports a save', async () => {
    await reloadsFromItsBin(project, process.execPath);
  });

  it('[R9] the reload tool runs a command of its config file on a save', async () => {
    await buildsFromItsConfig(project, process.execPath);
  });

  it('[R1] the reload tool offers its page, routes, headers, LiveReload, --doctor, --print-config and init', async () => {
    await offersFromItsBin(project, process.execPath);
  });

  // In some containers every user may listen on any port.
  it.skipIf(lowestFreePort === 0)(
    '[C11] a port that needs permission: one line names the remedy',
    async () => {
      // Root may listen on any port, so the server runs as another user.
      await chmod(project.folder, 0o755);
      const otherUser = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
      const bin = join(
        project.folder,
        'node_modules',
        '@live-online',
        'server',
        'bin',
        'live-online-server.js',
      );
      const args = [bin, '--port', String(lowestFreePort - 1), '--host', '127.0.0.1'];
      const child = spawn(process.execPath, args, {
        cwd: project.folder,
        stdio: ['ignore', 'pipe', 'pipe'],
        ...otherUser,
      });
      const [printed, errors, [code]] = await Promise.all([
        text(child.stdout),
        text(child.stderr),
        once(child, 'exit') as Promise<[number]>,
      ]);
      expect(code).toBe(1);
      expect(printed).toBe('');
      expect(errors).toMatch(
        /^live-online-server: permission denied \(EACCES\) for .*: choose a port ≥ 1024, or grant the permission \(--port\)\n$/,
      );
    },
  );

  it('[C10] every feature works: entries, tag, badges, embed page, API, metrics, dashboard, webhooks, --data', async () => {
    const { url: webhook, received } = await startReceiver();
    const { url, metricsUrl, end } = await startInstalled(project, webhook);
    const site = await startSite({
      ...(await buildPage(project, url)),
      '/blog': `<b data-live-online></b><script async src="${url}" data-scope="page"></script>`,
    });
    const context = await chromiumBrowser.getContext();
    const { page, problems } = await visit(context, site.at('localhost'));
    const shows = (total: string): Promise<void> =>
      vi.waitFor(async () => expect(await page.evaluate(readPage)).toEqual(Array(5).fill(total)));
    await shows('1');
    // Its second file counts pages.
    const tag = await visit(context, site.at('localhost', '/blog'));
    await tag.sees(1);
    await shows('2');

    const api = `${url}v1/sites/localhost`;
    expect(await readJson(api)).toMatchObject({ people: 2, tabs: 2, stale: false });
    expect(await readJson(`${api}/pages`)).toMatchObject({ pages: [{ path: '/blog', people: 1 }] });
    expect(await readJson(`${api}/history`)).toMatchObject({ stepSeconds: 60 });
    expect(await readJson(`${url}v1/openapi.json`)).toMatchObject({ openapi: '3.1.1' });
    expect((await fetch(`${url}v1/sites`)).status).toBe(401);
    expect(await (await fetch(`${api}/badge.svg`)).text()).toMatch(/<svg[^]*>2</);
    expect(await (await fetch(metricsUrl)).text()).toMatch(/^live_online_members 2$/m);
    await vi.waitFor(() =>
      expect(received.sort()).toEqual(['site.occupied localhost', 'site.threshold localhost']),
    );

    const other = await visit(context, `${api}/badge.html`);
    await vi.waitFor(async () => expect(await other.page.innerText('body')).toContain('2'));
    await other.page.goto(`${url}embed`);
    await vi.waitFor(async () => expect(await other.page.locator('#code').textContent()).toContain(url));
    await other.page.goto(`${url}dashboard/`);
    await other.page.fill('input[name=token]', ADMIN_TOKEN);
    await other.page.click('button');
    await other.page.getByText('localhost', { exact: true }).first().waitFor();
    expect([...problems, ...tag.problems, ...other.problems]).toEqual([]);

    const { since } = await readJson<{ since: string }>(api);
    expect(await end()).toBe(0);
    const restarted = await startInstalled(project, webhook);
    // It is read after the start.
    await vi.waitFor(async () =>
      expect(await readJson(`${restarted.url}v1/sites/localhost`)).toMatchObject({
        since,
        peak: { today: { people: 2 } },
      }),
    );
    expect(await restarted.end()).toBe(0);
  });

  it('[C10] [SEC90] no package has an install script, or files that it does not need', async () => {
    const installed = join(project.folder, 'node_modules', '@live-online');
    for (const name of await readdir(installed)) {
      const folder = join(installed, name);
      const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as {
        scripts?: Record<string, string>;
        type: string;
        engines: { node: string };
        dependencies?: Record<string, string>;
      };
      expect(Object.keys(manifest.scripts ?? {}).filter((script) => /install|prepare/.test(script))).toEqual(
        [],
      );
      expect(manifest).toMatchObject({ type: 'module', engines: { node: '>=20.19' } });
      expect(JSON.stringify(manifest.dependencies ?? {})).not.toContain('workspace:');
      const files = await readdir(folder);
      expect(files).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'dist', 'package.json']));
      expect(files).not.toEqual(expect.arrayContaining(['src']));
      expect(files).not.toEqual(expect.arrayContaining(['test']));
      expect(await unusedChunks(join(folder, 'dist'))).toEqual([]);
    }
  });

  it('[C11] [SEC95] npm resolves no library with a known vulnerability, and a ws that limits pongs for server and reload tool', async () => {
    type Tree = { version?: string; dependencies?: Record<string, Tree> };
    const names = Object.keys(floors);
    const listed = JSON.parse(await project.run('npm', ['ls', '--all', '--json', ...names])) as Tree;
    const found: [name: string, version: string][] = [];
    const collect = ({ dependencies = {} }: Tree): void => {
      for (const [name, tree] of Object.entries(dependencies)) {
        if (names.includes(name)) found.push([name, tree.version!]);
        collect(tree);
      }
    };
    collect(listed);
    expect(new Set(found.map(([name]) => name))).toEqual(new Set(names));
    for (const [name, version] of found)
      expect(isAtLeast(version, floors[name]!), `${name} ${version}`).toBe(true);
    for (const owner of ['server', 'reload']) {
      const { version } = listed.dependencies![`@live-online/${owner}`]!.dependencies!['ws']!;
      expect(isAtLeast(version!, '8.23.0'), `ws ${version} of ${owner}`).toBe(true);
    }
  });

  it.each([
    ['bundler', 'typescript-7'],
    ['node16', 'typescript'],
  ] as const)('[C10] its types check under "%s", with %s', async (resolution, compiler) => {
    await checkTypes(project, resolution, join(root, 'node_modules', compiler));
  });

  it.each(bundlers)(
    '[W3] the widget bundles with %s, and adds no bytes if it is not used',
    async (name, bundle) => {
      const using = `import { createCounter } from '@live-online/widget';
      createCounter({ server: 'http://localhost:8081' }).subscribe(({ total }) => { document.title = String(total); });`;
      const unused = `import { createCounter } from '@live-online/widget'; document.title = 'unused';`;
      const without = `document.title = 'unused';`;
      const sizes: number[] = [];
      for (const [index, source] of [using, unused, without].entries()) {
        const texts = await bundle(project, `${name}-${index}`, source);
        sizes.push(Object.values(texts).join('').length);
      }
      expect(sizes[0]).toBeGreaterThan(10_000);
      expect(sizes[1]).toBe(sizes[2]);
    },
  );

  it('[S3] only --redis-url needs the package redis, and an error names it', async () => {
    const bin = join(project.folder, 'node_modules', '.bin', 'live-online-server');
    const args = ['--port', '0', '--host', '127.0.0.1', '--redis-url', 'redis://127.0.0.1:1'];
    const child = spawn(process.execPath, [bin, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
    onTestFinished(() => void child.kill('SIGKILL'));
    const [errors, [code]] = await Promise.all([
      text(child.stderr),
      once(child, 'exit') as Promise<[number]>,
    ]);
    expect(code).toBe(1);
    expect(errors).toMatch(/^live-online-server: .*the package redis is not installed: npm install redis\n$/);
  });

  it('[C9] the contract suite tests a store of the user', async () => {
    await project.write({
      'contract.js': `
        import { createMemoryHub, memoryStore } from '@live-online/server';
        import { storeContract } from '@live-online/server/testing';
        for (const { run } of storeContract) {
          await run(() => { const hub = createMemoryHub(); return { create: () => memoryStore(hub) }; });
        }
        const lazy = { open: async () => {}, report() {}, others: () => 0, sites: () => [], close: async () => {} };
        const failed = await Promise.all(storeContract.slice(0, 2).map(({ run }) => run(() => ({ create: () => lazy })).then(() => 'kept', () => 'broken')));
        console.log(storeContract.length, failed.join());
      `,
    });
    expect(await project.run(process.execPath, ['contract.js'])).toMatch(/^\d+ kept,broken\n$/);
  });
});

/** Chunks of a bundle that no entry imports, also indirectly, such as those of an earlier build. */
async function unusedChunks(dist: string): Promise<string[]> {
  const names = (await readdir(dist)).filter((name) => name.endsWith('.js'));
  const isChunk = (name: string): boolean => /-[A-Z0-9]{8}\.js$/.test(name);
  const used = new Set(names.filter((name) => !isChunk(name)));
  for (const name of used) {
    const text = await readFile(join(dist, name), 'utf8');
    for (const other of names) if (text.includes(other)) used.add(other);
  }
  return names.filter((name) => !used.has(name));
}
