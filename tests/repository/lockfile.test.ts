import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { floors, isAtLeast } from '../helpers/floors.ts';

const lockfile = readFileSync(new URL('../../pnpm-lock.yaml', import.meta.url), 'utf8');

/** The entries of a section of the lockfile: their keys, and the dependencies of each as `name@version`. */
function readSection(section: string): Map<string, string[]> {
  const entries = new Map<string, string[]>();
  let dependencies: string[] = [];
  let name = '';
  const lines = lockfile.split(`\n${section}:\n`)[1]!.split('\n');
  for (const line of lines.slice(0, lines.findIndex((text) => /^\w/.test(text)) >>> 0)) {
    const [, entry] = /^ {2}'?([^ ']+)'?:/.exec(line) ?? [];
    // In the snapshots a dependency is one line; in the importers it is three, of which the last has the version.
    const [, key, value] = /^ {6,8}'?([^ ']+?)'?:(?: '?([^ ']+)'?)?$/.exec(line) ?? [];
    if (entry !== undefined) entries.set(entry, (dependencies = []));
    else if (key === 'version') dependencies.push(`${name}@${value}`);
    else if (value === undefined) name = key ?? name;
    else if (key !== 'specifier') dependencies.push(`${key}@${value}`);
  }
  return entries;
}

/** Everything that the published packages install. Older clients, which only the tests use, are not part of it. */
function installedByPackages(): Set<string> {
  const snapshots = readSection('snapshots');
  const found = new Set<string>();
  const pending = [...readSection('importers')].flatMap(([folder, dependencies]) =>
    folder.startsWith('packages/') ? dependencies : [],
  );
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (found.has(next)) continue;
    found.add(next);
    pending.push(...(snapshots.get(next) ?? []));
  }
  return found;
}

describe('lockfile', () => {
  const installed = [...installedByPackages()];

  it.each(Object.entries(floors))('[C11] [SEC95] every %s in it is at least %s', (name, floor) => {
    const versions = installed
      .filter((dependency) => dependency.startsWith(`${name}@`))
      .map((dependency) => /^[\d.]+/.exec(dependency.slice(name.length + 1))![0]);
    expect(versions.length).toBeGreaterThan(0);
    for (const version of versions) expect(isAtLeast(version, floor), version).toBe(true);
  });
});
