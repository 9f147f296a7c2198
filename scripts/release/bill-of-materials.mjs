import { readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import { pnpm } from '../lib/prepare.mjs';
import { root } from '../lib/root.mjs';
import { publishedPackages } from './published-packages.mjs';

/**
 * The parts of a CycloneDX document that this file reads.
 *
 * @typedef {object} BillOfMaterials
 * @property {{ component: { 'bom-ref': string } }} metadata
 * @property {{ 'bom-ref': string, purl: string, group?: string, name: string, version: string }[]} components
 * @property {{ ref: string, dependsOn: string[] }[]} dependencies
 */

/**
 * Writes a bill of materials for each published package, in the format of CycloneDX: the exact versions of all run-time
 * dependencies in the lockfile, which are those of the tests, with their licences and checksums.
 *
 * @param {string} folder
 * @returns {Promise<{ name: string, path: string }[]>} the name of each package's folder, and its file
 */
export async function writeBillsOfMaterials(folder) {
  const packages = publishedPackages(root);
  const filters = packages.flatMap(({ manifest }) => ['--filter', manifest.name]);
  const options = ['--sbom-format', 'cyclonedx', '--sbom-spec-version', '1.6', '--prod', '--split'];
  const out = ['--out', join(resolve(folder), '%s.cdx.json')];
  const { code, output } = await pnpm([...filters, 'sbom', ...options, ...out], { quiet: true });
  if (code !== 0) throw new Error(output.trim());
  const optionalPeers = await readOptionalPeers();
  return Promise.all(
    packages.map(async ({ folder: name, manifest }) => {
      const stem = manifest.name.replace('@', '').replace('/', '-');
      const written = join(folder, `${stem}.cdx.json`);
      const bill = /** @type {BillOfMaterials} */ (JSON.parse(await readFile(written, 'utf8')));
      await rm(written);
      // Named as the tarball is.
      const path = join(folder, `${stem}-${manifest.version}.cdx.json`);
      await writeFile(path, `${JSON.stringify(withoutOptionalPeers(bill, optionalPeers), null, 2)}\n`);
      return { name, path };
    }),
  );
}

/**
 * A bill of materials without what is only there as the optional peer of a dependency: pnpm counts it as a dependency if the
 * repository has installed it for another package, but users do not install it.
 *
 * @param {BillOfMaterials} bill
 * @param {ReadonlyMap<string, ReadonlySet<string>>} optionalPeers names, by `name@version`
 * @returns {BillOfMaterials}
 */
export function withoutOptionalPeers(bill, optionalPeers) {
  const names = new Map(
    bill.components.map(({ 'bom-ref': ref, group, name, version }) => {
      const full = group === undefined ? name : `${group}/${name}`;
      return [ref, { full, key: `${full}@${version}` }];
    }),
  );
  const dependencies = bill.dependencies.map(({ ref, dependsOn }) => {
    const peers = optionalPeers.get(names.get(ref)?.key ?? '');
    return { ref, dependsOn: dependsOn.filter((other) => !peers?.has(names.get(other)?.full ?? '')) };
  });
  const edges = new Map(dependencies.map(({ ref, dependsOn }) => [ref, dependsOn]));
  const reached = new Set([bill.metadata.component['bom-ref']]);
  for (const ref of reached) for (const other of edges.get(ref) ?? []) reached.add(other);
  return {
    ...bill,
    components: bill.components.filter(({ 'bom-ref': ref }) => reached.has(ref)),
    dependencies: dependencies.filter(({ ref }) => reached.has(ref)),
  };
}

/** The optional peers of all packages in the lockfile. */
async function readOptionalPeers() {
  const { packages } =
    /** @type {{ packages: Record<string, { peerDependenciesMeta?: Record<string, { optional?: boolean }> }> }} */ (
      parse(await readFile(join(root, 'pnpm-lock.yaml'), 'utf8'))
    );
  return new Map(
    Object.entries(packages).map(([key, { peerDependenciesMeta = {} }]) => {
      const optional = Object.entries(peerDependenciesMeta).filter(([, meta]) => meta.optional === true);
      return [key, new Set(optional.map(([name]) => name))];
    }),
  );
}

const [, script, target] = process.argv;
if (script === import.meta.filename && target !== undefined) await writeBillsOfMaterials(target);
