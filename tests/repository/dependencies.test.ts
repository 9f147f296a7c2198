import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withoutOptionalPeers, writeBillsOfMaterials } from '../../scripts/release/bill-of-materials.mjs';
import { budgets, isAllowedLicence, readLicences } from '../../scripts/release/policy.mjs';
import { publishedPackages } from '../../scripts/release/published-packages.mjs';
import { installedPackages, type InstalledPackage } from '../helpers/installed-packages.ts';
import { root } from '../helpers/packed.ts';

interface Component {
  purl: string;
  licenses?: { license?: { id?: string; name?: string }; expression?: string }[];
  externalReferences?: { hashes?: { alg: string }[] }[];
}

const folders = publishedPackages(root).map(({ folder }) => folder);
const installed = new Map(folders.map((folder) => [folder, installedPackages(folder)]));
const idOf = ({ name, version }: InstalledPackage): string => `${name}@${version}`;

describe.each(folders)('run-time dependencies of %s', (folder) => {
  const dependencies = installed.get(folder)!;

  it('[SEC91] stay within the budget of packages and bytes', () => {
    const kilobytes = dependencies.reduce((sum, { bytes }) => sum + bytes, 0) / 1_000;
    const budget = budgets[folder]!;
    expect(dependencies.length, dependencies.map(idOf).sort().join(' ')).toBeLessThanOrEqual(budget.packages);
    expect(kilobytes).toBeLessThanOrEqual(budget.kilobytes);
    // A budget that is far above what is needed holds nothing.
    expect(dependencies.length).toBeGreaterThanOrEqual(budget.packages - 2);
    expect(kilobytes).toBeGreaterThanOrEqual(budget.kilobytes * 0.8);
  });

  it('[SEC91] have allowed licences', () => {
    const others = dependencies
      .map((one) => ({ id: idOf(one), licence: readLicences[idOf(one)] ?? one.licence }))
      .filter(({ licence }) => !isAllowedLicence(licence));
    expect(others).toEqual([]);
  });
});

it('[SEC91] a licence that is not in the list is found', () => {
  const licences = ['GPL-3.0', 'MIT AND GPL-3.0', 'unknown', 'UNLICENSED', '(GPL-2.0 OR AGPL-3.0)'];
  expect(licences.filter(isAllowedLicence)).toEqual([]);
  expect(isAllowedLicence('(MIT OR GPL-3.0)')).toBe(true);
});

describe('bills of materials', () => {
  let folder: string;
  let bills: Map<string, { specVersion: string; components: Component[] }>;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'live-online-bills-'));
    const written = await writeBillsOfMaterials(folder);
    bills = new Map(
      await Promise.all(
        written.map(
          async ({ name, path }) =>
            [
              name,
              JSON.parse(await readFile(path, 'utf8')) as { specVersion: string; components: Component[] },
            ] as const,
        ),
      ),
    );
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each(folders)('[SEC92] the one of %s has exactly the run-time dependencies', (name) => {
    const { specVersion, components } = bills.get(name)!;
    expect(specVersion).toBe('1.6');
    const purls = installed
      .get(name)!
      .map(({ name: full, version }) => `pkg:npm/${full.replace('@', '%40')}@${version}`);
    expect(components.map(({ purl }) => purl).sort()).toEqual(purls.sort());
    const foreign = components.filter(({ purl }) => !purl.includes('%40live-online/'));
    const withoutHash = foreign.filter(({ externalReferences = [] }) =>
      externalReferences.every(({ hashes = [] }) => hashes.every(({ alg }) => alg !== 'SHA-512')),
    );
    expect(withoutHash).toEqual([]);
  });

  it('[SEC92] an optional peer of a dependency is not in it, and a dependency of it neither', () => {
    const component = (name: string) => ({
      'bom-ref': name,
      purl: `pkg:npm/${name}@1.0.0`,
      name,
      version: '1.0.0',
    });
    const bill = {
      metadata: { component: { 'bom-ref': 'own' } },
      components: ['debug', 'ms', 'colours', 'flags'].map(component),
      dependencies: [
        { ref: 'own', dependsOn: ['debug'] },
        { ref: 'debug', dependsOn: ['ms', 'colours'] },
        { ref: 'colours', dependsOn: ['flags'] },
      ],
    };
    const pruned = withoutOptionalPeers(bill, new Map([['debug@1.0.0', new Set(['colours'])]]));
    expect(pruned.components.map(({ name }) => name)).toEqual(['debug', 'ms']);
    expect(pruned.dependencies).toEqual([
      { ref: 'own', dependsOn: ['debug'] },
      { ref: 'debug', dependsOn: ['ms'] },
    ]);
  });
});
