import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { leaveNoTrace } from './scripts/lib/leave-no-trace.mjs';
import LongestFirstSequencer from './scripts/longest-first-sequencer.mjs';

leaveNoTrace();

/** Those of the packages' tests that need a Redis. */
const withRedis = ['packages/server/test/redis/**/*.test.ts', 'packages/server/test/**/redis.test.ts'];
/** Those that change what a process has once, such as its globals or its modules. */
const withGlobals = ['packages/widget/test/**/*.test.ts', 'packages/server/test/attacks/fuzz.test.ts'];

export default defineConfig({
  test: {
    reporters: [
      'default',
      fileURLToPath(new URL('./scripts/closing-line-reporter.mjs', import.meta.url)),
    ],
    sequence: { sequencer: LongestFirstSequencer },
    setupFiles: [fileURLToPath(new URL('./tests/setup.ts', import.meta.url))],
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['packages/*/test/**/*.test.ts', 'scripts/test/**/*.test.ts'],
          exclude: [...withRedis, ...withGlobals],
          // A worker's files share its process: starting one, and loading libraries, takes longer than most tests.
          isolate: false,
          // More workers than cores: these tests mostly wait, for timers, disks and sockets.
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
          // A worker's files share its browsers: starting one takes longer than most tests.
          isolate: false,
          // They wait, for browsers that wait for servers.
          maxWorkers: 5,
          // After the others: browsers take the processor from tests that look at the clock.
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'whole',
          include: ['tests/{install,repository}/**/*.test.ts'],
          exclude: ['tests/install/other-nodes.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          maxWorkers: 5,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          // What shows nothing of our code on the Node that runs here: `npm run test:long`.
          name: 'long',
          include: ['tests/install/other-nodes.test.ts'],
          testTimeout: 120_000,
          maxWorkers: 5,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'faults',
          include: ['tests/redis/!(storm|rolling).test.ts'],
          testTimeout: 180_000,
          hookTimeout: 60_000,
          // They wait nearly all the time, for leases, beats and pages that come back.
          maxWorkers: 9,
          // Alone: what they hold servers to is a matter of seconds.
          sequence: { groupOrder: 2 },
        },
      },
      {
        extends: true,
        test: {
          name: 'faults-alone',
          include: ['tests/redis/{storm,rolling}.test.ts'],
          testTimeout: 180_000,
          // Crowds on the move take both cores, which would starve the servers of other faults, and others them.
          fileParallelism: false,
          sequence: { groupOrder: 3 },
        },
      },
    ],
    // Against tests that hang: a busy machine may take long.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
