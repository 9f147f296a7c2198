import { existsSync, lstatSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './packed.ts';

/** A package that another one needs to run, as it is installed in this repository. */
export interface InstalledPackage {
  name: string;
  version: string;
  /** As its package.json names it. */
  licence: string;
  bytes: number;
}

interface PackageJson {
  name: string;
  version: string;
  license?: string;
  /** Old packages have this instead. */
  licenses?: { type: string }[];
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}

/** All packages that a package of the repository installs besides itself, found in node_modules and not in the lockfile. */
export function installedPackages(folder: string): InstalledPackage[] {
  const found = new Map<string, InstalledPackage>();
  const start = join(root, 'packages', folder);
  const pending = dependenciesOf(start, join(start, 'node_modules'));
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (found.has(next)) continue;
    const { name, version, license, licenses = [] } = readManifest(next);
    const licence = license ?? licenses[0]?.type ?? 'unknown';
    found.set(next, { name, version, licence, bytes: bytesIn(next) });
    // Those of pnpm's packages are beside the package, those of a package of the workspace are in it.
    const isWorkspace = !next.includes('node_modules');
    const beside = isWorkspace ? join(next, 'node_modules') : next.slice(0, -name.length);
    pending.push(...dependenciesOf(next, beside));
  }
  return [...found.values()];
}

function dependenciesOf(folder: string, nodeModules: string): string[] {
  const { dependencies = {}, optionalDependencies = {} } = readManifest(folder);
  return (
    Object.keys({ ...dependencies, ...optionalDependencies })
      .map((name) => join(nodeModules, name))
      // Optional ones may be for other systems.
      .filter((path) => existsSync(path))
      .map((path) => realpathSync(path))
  );
}

function readManifest(folder: string): PackageJson {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as PackageJson;
}

/** The size of the files that would be published or are installed; sources and tests of the workspace are not. */
function bytesIn(folder: string): number {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => !['node_modules', 'src', 'test'].includes(name))
    .map((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? bytesIn(path) : lstatSync(path).size;
    })
    .reduce((sum, size) => sum + size, 0);
}
