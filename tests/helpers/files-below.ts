import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** The files below a folder whose names match, without installed and built ones. */
export function filesBelow(folder: string, pattern: RegExp): string[] {
  const ignored = /^(?:node_modules|dist|\.git|\.cache)$/;
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return ignored.test(entry.name) ? [] : filesBelow(path, pattern);
    return pattern.test(entry.name) ? [path] : [];
  });
}
