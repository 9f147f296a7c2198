import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { chmod, cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import { createProject, root, type Project } from '../helpers/packed.ts';

interface Step {
  name?: string;
  uses?: string;
  run?: string;
}

function readSteps(file: string, job: string): Step[] {
  const text = readFileSync(join(root, '.github', 'workflows', file), 'utf8');
  return (parse(text) as { jobs: Record<string, { steps: Step[] }> }).jobs[job]!.steps;
}

async function createFolder(): Promise<Project> {
  const project = await createProject();
  onTestFinished(() => project.remove());
  return project;
}

it('[SEC94] the checksums are computed between packing and the tests, and verified before the upload', () => {
  const steps = readSteps('release.yml', 'pack').map(({ run = '', uses = '' }) => run + uses);
  const order = [
    'scripts/release/check-release.mjs',
    'scripts/release/pack.mjs',
    'scripts/release/print-checksums.mjs',
    'bash .ci/run',
    'npm run test:long',
    'scripts/release/verify-checksums.mjs',
    'actions/upload-artifact@',
  ];
  const places = order.map((text) => steps.findIndex((step) => step.includes(text)));
  expect(places[0]).toBeGreaterThan(0);
  expect(places.map((place) => place - places[0]!)).toEqual(order.map((_text, index) => index));
});

it('[docs] the patch of "Version" has files that git does not know yet', async () => {
  const project = await createFolder();
  const git = (...args: string[]) =>
    project.run('git', ['-c', 'user.name=Test', '-c', 'user.email=test@localhost', ...args]);
  await git('init', '--quiet');
  await project.write({ old: 'old\n' });
  await git('add', '.');
  await git('commit', '--quiet', '--message', 'Begin');
  await project.write({ old: 'new\n', 'packages/p/CHANGELOG.md': '# p\n' });
  const { run } = readSteps('version.yml', 'version').find(({ name }) => name === 'Raise the versions')!;
  await project.run('bash', ['-ec', run!.replaceAll(/^(?:npx|npm) .*$/gm, '')]);
  const patch = await readFile(join(project.folder, 'versions.patch'), 'utf8');
  expect(patch.match(/^\+\+\+ .*$/gm)).toEqual(['+++ b/old', '+++ b/packages/p/CHANGELOG.md']);
});

it('[SEC98] the job "tag" creates the releases that are missing, and no other', async () => {
  const project = await createFolder();
  const { folder } = project;
  await cp(join(root, 'scripts', 'release'), join(folder, 'scripts', 'release'), { recursive: true });
  for (const name of ['first', 'second'])
    await project.write({
      [`packages/${name}/package.json`]: JSON.stringify({ name: `@x/${name}`, version: '1.0.0' }),
      [`packages/${name}/CHANGELOG.md`]: `# ${name}\n\n## 1.0.0\n\n- new in ${name}\n`,
      [`packed/x-${name}-1.0.0.tgz`]: '',
      [`packed/x-${name}-1.0.0.cdx.json`]: '',
    });
  // Stands for GitHub's command line: the first package has a release, and what would be created is recorded.
  await project.write({
    'bin/gh':
      '#!/bin/sh\nif [ "$2" = view ]; then [ "$3" = @x/first@1.0.0 ]; else echo "$@" >> created; fi\n',
  });
  await chmod(join(folder, 'bin', 'gh'), 0o755);
  const { run } = readSteps('release.yml', 'tag').at(-1)!;
  await promisify(execFile)('bash', ['-ec', run!], {
    cwd: folder,
    env: {
      ...process.env,
      PATH: `${join(folder, 'bin')}:${process.env['PATH']}`,
      PUBLISHED: '@x/first 1.0.0\n@x/second 1.0.0\n',
      GITHUB_SHA: 'abc',
    },
  });
  const created = await readFile(join(folder, 'created'), 'utf8');
  expect(created.trim().split('\n')).toHaveLength(1);
  expect(created).toMatch(/^release create @x\/second@1\.0\.0 --target abc /);
  expect(created).toContain('packed/x-second-1.0.0.cdx.json packed/x-second-1.0.0.tgz');
  expect(await readFile(join(folder, 'notes.md'), 'utf8')).toBe('- new in second\n');
});
