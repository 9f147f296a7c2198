import { spawnSync } from 'node:child_process';
import { expect } from 'vitest';
import { need } from '../../../../tests/helpers/needs.ts';

/** Runs promtool, which must find no fault, and returns its output. The test is skipped if the machine does not have it. */
export function runPromtool(cwd: string, args: string[], input?: string): string {
  const { status, stdout, stderr } = spawnSync(need('promtool'), args, { cwd, input, encoding: 'utf8' });
  expect({ args, status, stderr }).toMatchObject({ status: 0 });
  return stdout + stderr;
}
