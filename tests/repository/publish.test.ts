import { execFile } from 'node:child_process';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { checksumsOf } from '../../scripts/release/checksums.mjs';
import { describeTarball } from '../../scripts/release/describe-tarball.mjs';
import type { Manifest } from '../../scripts/release/published-packages.mjs';
import { requireRepository } from '../../scripts/release/require-repository.mjs';
import { createProject, root, type Project } from '../helpers/packed.ts';
import { startStubRegistry } from '../helpers/stub-registry.ts';

const SCRIPTS = join(root, 'scripts', 'release');

interface Result {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs a script of a release in a folder. */
async function runScript(
  folder: string,
  script: string,
  args: string[],
  env: Record<string, string>,
): Promise<Result> {
  const options = {
    cwd: folder,
    env: { ...process.env, npm_config_cache: join(folder, 'npm-cache'), GITHUB_REPOSITORY: '', ...env },
  };
  const { stdout, stderr, code } = await promisify(execFile)(
    process.execPath,
    [join(SCRIPTS, script), ...args],
    options,
  ).then(
    (output) => ({ ...output, code: 0 }),
    (error: unknown) => error as Result,
  );
  return { code, stdout, stderr };
}

/** A folder with the tarballs `packed/first-1.0.0.tgz` and `packed/second-1.0.0.tgz`. The second depends on the first. */
async function packTwo(): Promise<Project> {
  const project = await createProject();
  onTestFinished(() => project.remove());
  await mkdir(join(project.folder, 'packed'));
  for (const [name, dependencies] of [
    ['first', {}],
    ['second', { first: '^1.0.0' }],
  ] as const) {
    const manifest = { name, version: '1.0.0', dependencies };
    await project.write({ [`${name}/package/package.json`]: JSON.stringify(manifest) });
    await project.run('tar', ['-czf', `packed/${name}-1.0.0.tgz`, '-C', name, 'package']);
  }
  return project;
}

/** Publishes as the workflow does: from the folder `packed`, by its relative path. */
async function publish(
  { folder }: Project,
  options: string[],
  env: Record<string, string> = {},
): Promise<Result & { list: string }> {
  const TESTED_SHA256 = checksumsOf(join(folder, 'packed'));
  const list = join(folder, 'list.txt');
  const all = { TESTED_SHA256, PUBLISHED_FILE: list, ...env };
  const result = await runScript(folder, 'publish.mjs', ['packed', ...options], all);
  return { ...result, list: await readFile(list, 'utf8').catch(() => '') };
}

describe('publish.mjs', () => {
  it('[SEC94] publishes the tarballs of a folder with a relative path, in order, and lists them', async () => {
    const project = await packTwo();
    const registry = await startStubRegistry();
    const { stderr, code, list } = await publish(project, registry.options);
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
    expect(registry.published).toEqual(['first@1.0.0', 'second@1.0.0']);
    expect(list).toBe('first 1.0.0\nsecond 1.0.0\n');
  });

  it('[SEC98] lists what an earlier run has published, also if a publication fails', async () => {
    const project = await packTwo();
    const registry = await startStubRegistry('first');
    const { integrity } = await describeTarball(join(project.folder, 'packed', 'second-1.0.0.tgz'));
    registry.add('second', '1.0.0', integrity);
    const { code, list, stdout } = await publish(project, registry.options);
    expect({ code, list, stdout }).toEqual({
      code: 1,
      list: 'second 1.0.0\n',
      stdout: 'second@1.0.0 is already published\n',
    });
    expect(registry.published).toEqual([]);
  });

  it('[SEC98] does not list a version of which the registry has another tarball', async () => {
    const project = await packTwo();
    const registry = await startStubRegistry();
    registry.add('first', '1.0.0', 'sha512-AA==');
    const { code, list, stderr } = await publish(project, registry.options);
    expect({ code, list }).toEqual({ code: 0, list: 'second 1.0.0\n' });
    expect(stderr).toContain('the registry has another tarball of first@1.0.0');
    expect(registry.published).toEqual(['second@1.0.0']);
  });

  it('[docs] with provenance, publishes nothing if a manifest does not name the repository', async () => {
    const project = await packTwo();
    const registry = await startStubRegistry();
    const options = [...registry.options, '--provenance'];
    const { code, stderr } = await publish(project, options, { GITHUB_REPOSITORY: 'owner/name' });
    expect(code).toBe(1);
    expect(stderr).toContain('provenance of first, second');
    expect(stderr).toContain('"url":"git+https://github.com/owner/name.git"');
    expect(registry.published).toEqual([]);
  });
});

it.each([
  [{ type: 'git', url: 'git+https://github.com/owner/name.git', directory: 'packages/p' }, true],
  ['https://github.com/owner/name', true],
  [{ type: 'git', url: 'git+https://github.com/owner/name-2.git' }, false],
  [{ type: 'git', url: 'https://example.com/github.com/owner/name' }, false],
  [{ type: 'git' }, false],
  [undefined, false],
])('[docs] npm accepts the provenance of a package with the repository %j: %s', (repository, accepted) => {
  const manifest = { name: 'p', version: '1.0.0', repository } as Manifest;
  const check = expect(() => requireRepository([{ manifest }], 'owner/name'));
  if (accepted) check.not.toThrow();
  else check.toThrow(/provenance of p, .* Add to each package\.json:\n {2}"repository": \{"type":"git"/);
});

it('[docs] a release needs the version in each changelog and the repository in each manifest', async () => {
  const project = await createProject();
  onTestFinished(() => project.remove());
  const check = () => runScript(project.folder, 'check-release.mjs', [], { GITHUB_REPOSITORY: 'owner/name' });
  const repository = { type: 'git', url: 'git+https://github.com/owner/name.git' };
  const manifest = { name: 'p', version: '0.2.0' };
  await project.write({ 'packages/p/package.json': JSON.stringify(manifest) });
  const bad = await check();
  expect(bad.code).toBe(1);
  expect(bad.stderr).toMatch(/packages\/p: the changelog has no version 0\.2\.0.*\n.*provenance of p/);
  await project.write({
    'packages/p/package.json': JSON.stringify({ ...manifest, repository }),
    'packages/p/CHANGELOG.md': '# p\n\n## 0.2.0\n\n- new\n',
  });
  expect(await check()).toEqual({ code: 0, stdout: '', stderr: '' });
});

it('[SEC94] a bill of materials that was changed after the tests is found', async () => {
  const project = await packTwo();
  const { folder } = project;
  await project.write({ 'packed/first-1.0.0.cdx.json': '{}' });
  const TESTED_SHA256 = checksumsOf(join(folder, 'packed'));
  expect(await runScript(folder, 'verify-checksums.mjs', ['packed'], { TESTED_SHA256 })).toMatchObject({
    code: 0,
  });
  await project.write({ 'packed/first-1.0.0.cdx.json': '{"other":1}' });
  const changed = await runScript(folder, 'verify-checksums.mjs', ['packed'], { TESTED_SHA256 });
  expect(changed.code).toBe(1);
  expect(changed.stderr).toMatch(/missing or changed: .* first-1\.0\.0\.cdx\.json/);
});
