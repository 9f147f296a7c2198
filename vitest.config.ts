import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { cleanUpAtExit } from './scripts/lib/clean-up-at-exit.mjs';
import { testsInChromiumFirst } from './scripts/lib/tests-in-chromium-first.mjs';
import LongestFirstSequencer from './scripts/longest-first-sequencer.mjs';

cleanUpAtExit();

/** Tests of packages that need Redis. */
const withRedis = [
  'packages/server/test/redis/**/*.test.ts',
  'packages/server/test/**/redis.test.ts',
  'packages/server/test/attacks/every-mode.test.ts',
];
/** Tests that install more than the packages, or run npm many times for a release: `npm run test:long`. */
const long = ['tests/install/{bundlers,next,other-nodes}.test.ts', 'tests/repository/publish.test.ts'];
/** Faults that take longer than the others: `npm run test:long`. */
const longFaults = ['tests/long/**/*.test.ts'];
/** Tests that change globals or modules of their process. */
const withGlobals = ['packages/widget/test/**/*.test.ts', 'packages/server/test/attacks/fuzz.test.ts'];

export default defineConfig({
  test: {
    reporters: ['default', fileURLToPath(new URL('./scripts/closing-line-reporter.mjs', import.meta.url))],
    sequence: { sequencer: LongestFirstSequencer },
    setupFiles: [fileURLToPath(new URL('./tests/setup.ts', import.meta.url))],
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['packages/*/test/**/*.test.ts', 'scripts/test/**/*.test.ts'],
          exclude: [...withRedis, ...withGlobals],
          // Files share the process of a worker: to start one and to load libraries takes longer than most tests.
          isolate: false,
          // More workers than cores, because these tests mostly wait for timers, disks and sockets.
          maxWorkers: 6,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'unit-globals',
          include: withGlobals,
          maxWorkers: 6,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'redis',
          include: withRedis,
          isolate: false,
          maxWorkers: 6,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'browser',
          include: ['tests/browser/**/*.test.ts'],
          testTimeout: 120_000,
          // Files share the browsers of a worker: to start one takes longer than most tests.
          isolate: false,
          // More workers than cores, because these tests wait for browsers and servers.
          maxWorkers: 5,
          // After the unit tests: browsers would take the CPU from tests that measure time.
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'long-firefox',
          include: testsInChromiumFirst,
          env: { TEST_BROWSER: 'firefox' },
          testTimeout: 120_000,
          isolate: false,
          maxWorkers: 5,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'whole',
          include: ['tests/{deploy,install,repository}/**/*.test.ts'],
          exclude: long,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          maxWorkers: 5,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'long',
          include: long,
          testTimeout: 120_000,
          maxWorkers: 5,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'long-faults',
          include: longFaults,
          testTimeout: 600_000,
          hookTimeout: 60_000,
          // Thousands of pages take both cores.
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
      {
        extends: true,
        test: {
          name: 'faults',
          include: ['tests/redis/!(storm|rolling).test.ts'],
          testTimeout: 180_000,
          hookTimeout: 60_000,
          // They mostly wait, for leases, heartbeats and pages that reconnect.
          maxWorkers: 9,
          // After the browser tests, because these limits are a few seconds.
          sequence: { groupOrder: 2 },
        },
      },
      {
        extends: true,
        test: {
          name: 'faults-alone',
          include: ['tests/redis/{storm,rolling}.test.ts'],
          testTimeout: 180_000,
          // Thousands of pages take both cores, and the servers of other tests would get too little CPU.
          fileParallelism: false,
          sequence: { groupOrder: 3 },
        },
      },
    ],
    // Only a test that hangs takes longer, even on a busy machine.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
