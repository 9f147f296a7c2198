import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './root.mjs';

/** The files of browser tests that `npm test` runs in Chromium only, and `npm run test:long` in Firefox. */
export const testsInChromiumFirst = readdirSync(join(root, 'tests/browser'), {
  recursive: true,
  encoding: 'utf8',
})
  .map((name) => join('tests/browser', name))
  .filter(
    (file) =>
      file.endsWith('.test.ts') && readFileSync(join(root, file), 'utf8').includes('inChromiumFirst('),
  );
