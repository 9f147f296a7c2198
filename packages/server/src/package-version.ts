import { createRequire } from 'node:module';

/** The version of this package. */
export function readPackageVersion(): string {
  // From `src` and from `dist` it is the same path.
  return (createRequire(import.meta.url)('../package.json') as { version: string }).version;
}
