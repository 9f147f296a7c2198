import { createRequire } from 'node:module';

/** Resolves the dependencies of `packages/server`, so that the benchmarks need none of their own. */
export const requireOfServer = createRequire(new URL('../../packages/server/package.json', import.meta.url));
