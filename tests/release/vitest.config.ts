import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { cleanUpAtExit } from '../../scripts/lib/clean-up-at-exit.mjs';

cleanUpAtExit();

const root = fileURLToPath(new URL('../..', import.meta.url));

/** `npm run release:rehearse`. Not a project of the other tests: it needs the registry of npm, and takes minutes. */
export default defineConfig({
  test: {
    root,
    include: ['tests/release/**/*.test.ts'],
    setupFiles: ['tests/setup.ts'],
    reporters: ['verbose', 'scripts/closing-line-reporter.mjs'],
    testTimeout: 300_000,
    hookTimeout: 600_000,
    // The tests are steps: each of them needs those before it.
    bail: 1,
  },
});
