import { beforeEach } from 'vitest';
import { getCurrentTest } from 'vitest/suite';
import { findNeed, isOptionalNeed } from '../../scripts/lib/system-needs.mjs';

/**
 * Where a program or library is that a test needs, such as `Redis`. If it is missing, the test or the suite that
 * calls this is skipped, and the reporter counts it. With `CI` set it fails.
 *
 * @param name as in `scripts/lib/system-needs.mjs`
 */
export function need(name: string): string {
  const path = findNeed(name);
  if (path !== undefined) return path;
  const note = `needs ${name}`;
  if (process.env['CI'] && !isOptionalNeed(name)) throw new Error(`this test ${note}`);
  const test = getCurrentTest();
  if (test) return test.context.skip(note);
  beforeEach((context) => context.skip(note));
  return '';
}
