import { join } from 'node:path';
import { isWithin } from './public-path.ts';

/** The name of a file in the digest and in the cache: it stays the same if a root is moved. */
export function storedName(roots: readonly string[], path: string): string {
  const index = roots.findIndex((root) => isWithin(root, path));
  return `${index}:${path.slice((roots[index]?.length ?? 0) + 1)}`;
}

/** The path of a stored name; `undefined` if no root contains it. */
export function pathOfStoredName(roots: readonly string[], name: string): string | undefined {
  const colon = name.indexOf(':');
  const root = roots[Number(name.slice(0, colon))];
  const rest = name.slice(colon + 1);
  return root === undefined || rest.startsWith('..') ? undefined : join(root, rest);
}
