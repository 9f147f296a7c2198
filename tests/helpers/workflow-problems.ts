import { parse } from 'yaml';

interface Step {
  uses?: string;
  run?: string;
  with?: Record<string, unknown>;
}

interface Job {
  permissions?: Record<string, string>;
  'timeout-minutes'?: number;
  environment?: string;
  steps?: Step[];
}

interface Workflow {
  on: string | string[] | Record<string, unknown>;
  permissions?: Record<string, string> | string;
  jobs: Record<string, Job>;
}

/** The rights that jobs have beyond reading the repository, as `workflow/job: right`. */
const RIGHTS: readonly string[] = [
  'release.yml/publish: id-token',
  'release.yml/tag: contents',
  'version.yml/pull-request: contents',
  'version.yml/pull-request: pull-requests',
];
/** Jobs that write may run what the system and this repository have, but install no dependency. */
const INSTALLS = /\b(?:npm (?:ci|install|run|exec|test)|npx|pnpm|yarn|bash \.ci)\b/;

/** What a workflow should not do. Each problem begins with the job that has it. */
export function findWorkflowProblems(file: string, text: string): string[] {
  const workflow = parse(text) as Workflow;
  const problems: string[] = [];
  const events = typeof workflow.on === 'string' ? [workflow.on] : Object.values(keysOf(workflow.on));
  for (const event of events.filter((name) => /^(?:pull_request_target|workflow_run)$/.test(name))) {
    problems.push(`${file}: ${event} runs with rights on code of others`);
  }
  if (writes(workflow.permissions ?? 'write-all').length > 0)
    problems.push(`${file}: every job has rights to write`);
  for (const [name, job] of Object.entries(workflow.jobs)) {
    problems.push(...findJobProblems(`${file}/${name}`, job).map((problem) => `${file}/${name}: ${problem}`));
  }
  // The parser drops comments, which say what a commit is.
  for (const [, use] of text.matchAll(/uses: (.*)/g)) {
    if (!/@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(use!))
      problems.push(`${file}: ${use} is not pinned to a commit`);
  }
  if (/\bsecrets\./.test(text)) problems.push(`${file}: uses a secret`);
  return problems;
}

function findJobProblems(id: string, job: Job): string[] {
  const rights = writes(job.permissions ?? {});
  const problems = rights
    .filter((right) => !RIGHTS.includes(`${id}: ${right}`))
    .map((right) => `has the right to write ${right}`);
  if (job['timeout-minutes'] === undefined) problems.push('has no time limit');
  if (rights.includes('id-token') && job.environment === undefined)
    problems.push('publishes without an environment, whose reviewers approve it');
  for (const { uses = '', run = '', with: options = {} } of job.steps ?? []) {
    if (run.includes('${{')) problems.push('has an expression in a script: use an environment variable');
    if (rights.length > 0 && INSTALLS.test(run)) problems.push('writes, and runs code of dependencies');
    if (uses.startsWith('actions/checkout@') && options['persist-credentials'] !== false)
      problems.push('leaves its token in the checkout');
  }
  return problems;
}

function keysOf(events: string[] | Record<string, unknown>): string[] {
  return Array.isArray(events) ? events : Object.keys(events);
}

function writes(permissions: Record<string, string> | string): string[] {
  if (typeof permissions === 'string') return permissions === 'write-all' ? ['everything'] : [];
  return Object.entries(permissions)
    .filter(([, level]) => level === 'write')
    .map(([right]) => right);
}
