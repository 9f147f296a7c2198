import { beforeEach } from 'vitest';
import { getCurrentTest } from 'vitest/suite';
import { findNeed } from '../../scripts/lib/system-needs.mjs';

/**
 * Where a program or library is that a test needs, such as `Redis`. Where the machine lacks it, the test is skipped, or
 * all tests of the suite that asks for it; with CI set they fail. The reporter counts them.
 *
 * @param name as in `scripts/lib/system-needs.mjs`
 */
export function need(name: string): string {
  const path = findNeed(name);
  if (path !== undefined) return path;
  const note = `needs ${name}`;
  if (process.env['CI']) throw new Error(`this test ${note}`);
  const test = getCurrentTest();
  if (test) return test.context.skip(note);
  beforeEach((context) => context.skip(note));
  return '';
}
