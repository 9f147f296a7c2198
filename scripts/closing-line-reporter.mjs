/**
 * A vitest reporter whose last line is plain: `N passed, N failed`, with `, N skipped` where there are any. A
 * file that cannot be imported and an error outside of a test count as failed.
 */
export default class ClosingLineReporter {
  /**
   * @param {readonly import('vitest/node').TestModule[]} modules
   * @param {readonly unknown[]} unhandledErrors
   */
  onTestRunEnd(modules, unhandledErrors) {
    // The test command tells how many of its checks, which run before, held.
    const { CHECKS_PASSED = '0', CHECKS_FAILED = '0' } = process.env;
    const counts = { passed: Number(CHECKS_PASSED), failed: Number(CHECKS_FAILED), skipped: 0 };
    counts.failed += unhandledErrors.length;
    for (const module of modules) {
      counts.failed += module.errors().length;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === 'pending') counts.failed++;
        else counts[state]++;
      }
    }
    // After vitest's own summary, which is written when this hook has returned.
    process.once('exit', () => {
      const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : '';
      process.stdout.write(`${counts.passed} passed, ${counts.failed} failed${skipped}\n`);
    });
  }
}
