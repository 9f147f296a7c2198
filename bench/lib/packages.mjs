import { createRequire } from 'node:module';

/** Resolves what `packages/server` depends on, so that the benches need no dependencies of their own. */
export const requireOfServer = createRequire(new URL('../../packages/server/package.json', import.meta.url));
