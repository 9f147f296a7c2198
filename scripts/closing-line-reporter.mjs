import { installCommand, needs } from './lib/system-needs.mjs';

/**
 * A vitest reporter whose last line is plain: `N passed, N failed`, with `, N skipped` where there are any. A
 * file that cannot be imported and an error outside of a test count as failed. Before it stands what was skipped
 * because the machine lacks something, and how to get it.
 */
export default class ClosingLineReporter {
  /**
   * @param {readonly import('vitest/node').TestModule[]} modules
   * @param {readonly unknown[]} unhandledErrors
   */
  onTestRunEnd(modules, unhandledErrors) {
    // The test command has run its checks before.
    const { CHECKS_PASSED = '0', CHECKS_FAILED = '0' } = process.env;
    const counts = { passed: Number(CHECKS_PASSED), failed: Number(CHECKS_FAILED), skipped: 0 };
    /** @type {[file: string, need: string][]} one for each test that was skipped for what it needs */
    const lacks = [];
    counts.failed += unhandledErrors.length;
    for (const module of modules) {
      counts.failed += module.errors().length;
      for (const test of module.children.allTests()) {
        const { state, note } = test.result();
        if (state === 'pending') counts.failed++;
        else counts[state]++;
        const [, need] = /^needs (.+)$/.exec(note ?? '') ?? [];
        if (need) lacks.push([module.relativeModuleId, need]);
      }
    }
    // After vitest's own summary, which is written when this hook has returned.
    process.once('exit', () => {
      const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : '';
      const closing = `${counts.passed} passed, ${counts.failed} failed${skipped}`;
      process.stdout.write([...describeLacks(lacks), closing].map((line) => `${line}\n`).join(''));
    });
  }
}

/**
 * What was skipped for each thing that the machine lacks, and the commands that install it.
 *
 * @param {readonly (readonly [file: string, need: string])[]} lacks
 * @returns {string[]} lines; none where nothing was lacking
 */
export function describeLacks(lacks) {
  const missing = needs.filter(({ name }) => lacks.some(([, need]) => need === name));
  if (missing.length === 0) return [];
  const groups = missing.flatMap(({ name, ...rest }) => {
    const files = lacks.flatMap(([file, need]) => (need === name ? [file] : []));
    return [
      `  ${name} is missing: ${files.length} tests skipped, of ${[...new Set(files)].join(', ')}`,
      `    to run them: ${installCommand([{ name, ...rest }])}`,
    ];
  });
  return ['', 'Not everything was tested:', ...groups, ''];
}
