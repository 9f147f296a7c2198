import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { changesIn } from '../../scripts/release/changelog.mjs';
import { nextVersions } from '../../scripts/release/next-versions.mjs';
import { chromiumBrowser, takePage } from '../helpers/browsers.ts';
import { startLocalRegistry, type LocalRegistry } from '../helpers/local-registry.ts';
import { startInstalled, startReceiver } from '../helpers/packed-product.ts';
import { reloadsFromItsBin } from '../helpers/packed-smoke.ts';
import { createProject, root, tool, type Project } from '../helpers/packed.ts';
import { copyRepository, type RepositoryCopy } from '../helpers/repository-copy.ts';
import { startSite } from '../helpers/site.ts';

// The tests are the steps of a release, in their order.
const PACKAGES = ['protocol', 'reload', 'server', 'widget'].map((name) => `@live-online/${name}`);

let gitBefore: string;
let cache: string;
let registry: LocalRegistry;
let copy: RepositoryCopy;
const projects: Project[] = [];
/** The versions of each release, by the names of the packages. */
const releases: Record<string, string>[] = [];

beforeAll(async () => {
  gitBefore = await gitState();
  // npm keeps what it downloads: what the rehearsal publishes stays out of the user's cache.
  cache = await mkdtemp(join(tmpdir(), 'live-online-npm-'));
  vi.stubEnv('npm_config_cache', cache);
  copy = await copyRepository();
  registry = await startLocalRegistry();
});

afterAll(async () => {
  await registry?.remove();
  await copy?.remove();
  await Promise.all(projects.map((project) => project.remove()));
  // A command of npm that was interrupted may still write there.
  await rm(cache, { recursive: true, force: true, maxRetries: 5 });
});

it('[SEC98] the first release publishes every package, with a changelog of all its changesets', async () => {
  const plan = await nextVersions(copy.folder);
  const versions = await copy.raiseVersions();
  releases.push(versions);
  for (const { name, newVersion, changes } of plan) {
    expect(versions[name]).toBe(newVersion);
    const notes = changesIn(await copy.changelog(name.split('/')[1]!), newVersion);
    const missing = changes.filter((change) => !notes.includes(change));
    expect(missing, name).toEqual([]);
  }
  const printed = await copy.publish(registry.publishOptions);
  expect(printed.sort()).toEqual(PACKAGES.map((name) => `${name}@${versions[name]} is published`));
});

it('[SEC98] a second run of the same release publishes nothing', async () => {
  const printed = await copy.publish(registry.publishOptions);
  expect(printed.sort()).toEqual(
    PACKAGES.map((name) => `${name}@${releases[0]![name]} is already published`),
  );
});

it.each([
  ['widget', ['@live-online/server', '@live-online/widget']],
  ['protocol', PACKAGES],
])('[SEC98] a change of %s moves only it and its dependents', async (name, moved) => {
  const before = releases.at(-1)!;
  const logs = new Map(await Promise.all(PACKAGES.map(async (one) => [one, await read(one)] as const)));
  await copy.addChangeset(`@live-online/${name}`, 'minor', `A rehearsed change of ${name}.`);
  const after = await copy.raiseVersions();
  releases.push(after);
  expect(PACKAGES.filter((one) => before[one] !== after[one])).toEqual(moved);
  const printed = await copy.publish(registry.publishOptions);
  const isNew = (one: string) => `${one}@${after[one]} is ${moved.includes(one) ? '' : 'already '}published`;
  expect(printed.sort()).toEqual(PACKAGES.map(isNew).sort());

  for (const one of PACKAGES) {
    if (!moved.includes(one)) expect(await read(one)).toBe(logs.get(one));
    else if (one === `@live-online/${name}`)
      expect(changesIn(await read(one), after[one]!)).toContain(`A rehearsed change of ${name}.`);
    else expect(changesIn(await read(one), after[one]!)).toContain(`@live-online/${name}@`);
  }
});

it('[C10] [P1] first and last versions, installed from the registry, count together', async () => {
  const [first, last] = [await install(releases[0]!), await install(releases.at(-1)!)];
  for (const server of [first, last]) {
    const { url, end } = await startInstalled(server, (await startReceiver()).url);
    const site = await startSite({
      '/first': await bundle(first, url),
      '/last': await bundle(last, url),
    });
    const context = await chromiumBrowser.getContext();
    const pages = [];
    for (const path of ['/first', '/last']) {
      const page = await takePage(context);
      await page.goto(site.at('localhost', path));
      pages.push(page);
    }
    for (const page of pages) await vi.waitFor(async () => expect(await page.title()).toBe('2'));
    expect(await end()).toBe(0);
    await Promise.all(pages.map((page) => page.goto('about:blank')));
  }
  await reloadsFromItsBin(last, process.execPath);
});

it('[SEC98] nothing is left: no registry, no file, no change in git', async () => {
  await registry.remove();
  await copy.remove();
  await expect(fetch(`${registry.url}-/ping`)).rejects.toThrow('fetch failed');
  expect([registry.folder, copy.folder].filter(existsSync)).toEqual([]);
  expect(await gitState()).toBe(gitBefore);
});

const read = (name: string): Promise<string> => copy.changelog(name.split('/')[1]!);

/** The commit, and all files that differ from it. */
async function gitState(): Promise<string> {
  const git = async (...args: string[]) => (await promisify(execFile)('git', args, { cwd: root })).stdout;
  return (await git('rev-parse', 'HEAD')) + (await git('status', '--porcelain')) + (await git('diff'));
}

/** A project with the packages of a release. Only those of the scope come from the local registry. */
async function install(versions: Record<string, string>): Promise<Project> {
  const project = await createProject();
  projects.push(project);
  await project.write({ '.npmrc': `@live-online:registry=${registry.url}\n` });
  const names = Object.entries(versions).map(([name, version]) => `${name}@${version}`);
  await project.run('npm', ['install', '--no-audit', '--no-fund', ...names]);
  for (const [name, version] of Object.entries(versions)) {
    const manifest = await readFile(join(project.folder, 'node_modules', name, 'package.json'), 'utf8');
    expect(JSON.parse(manifest)).toMatchObject({ version });
  }
  return project;
}

/** A page with the client of the project's widget. Its title is the total. */
async function bundle(project: Project, server: string): Promise<string> {
  await project.write({
    'page.js': `import { createCounter } from '@live-online/widget';
      createCounter({ server: ${JSON.stringify(server)} }).subscribe(({ total }) => { document.title = String(total); });`,
  });
  const script = await project.run(tool('esbuild'), ['page.js', '--bundle', '--minify', '--format=iife']);
  return `<script>${script.replaceAll('</script', String.raw`<\/script`)}</script>`;
}
