import { basename } from 'node:path';
import { formatBytes, formatTable } from './format-table.mjs';

/**
 * What a release would publish, as text: a table of the packages, their files, the integrity of scripts and the changes.
 *
 * @param {readonly import('./describe-tarball.mjs').PackedPackage[]} packed
 * @param {readonly import('./next-versions.mjs').NextVersion[]} next
 * @param {ReadonlyMap<string, string>} registry what the registry has, by the name of the package
 * @returns {string}
 */
export function describeRelease(packed, next, registry) {
  const nextOf = (/** @type {string} */ name) => next.find((one) => one.name === name);
  const rows = packed.map(({ manifest, files, packedBytes, unpackedBytes }) => [
    manifest.name,
    manifest.version,
    nextOf(manifest.name)?.newVersion ?? '–',
    registry.get(manifest.name) ?? '',
    String(files.length),
    formatBytes(packedBytes),
    formatBytes(unpackedBytes),
  ]);
  const head = ['package', 'packed', 'next version', 'registry', 'files', 'packed size', 'unpacked size'];
  const scripts = packed.flatMap((one) =>
    one.scripts.map(({ path, integrity }) => [`${one.manifest.name}/${path}`, integrity]),
  );
  return [
    formatTable(head, rows),
    formatTable(
      ['tarball', 'integrity'],
      packed.map(({ tarball, integrity }) => [basename(tarball), integrity]),
    ),
    formatTable(['script', 'subresource integrity'], scripts),
    ...packed.map(({ manifest, files }) => describeFiles(manifest.name, files)),
    ...next.map(describeChanges),
  ].join('\n\n');
}

/**
 * @param {string} name
 * @param {readonly { path: string, size: number }[]} files
 */
function describeFiles(name, files) {
  const rows = files.map(({ path, size }) => [path, formatBytes(size)]);
  return formatTable([`files of ${name}`, 'size'], rows);
}

/** @param {import('./next-versions.mjs').NextVersion} version */
function describeChanges({ name, oldVersion, newVersion, type, changes }) {
  const lines = changes.map((change) => `  - ${change}`);
  return [`${name} ${oldVersion} → ${newVersion} (${type}), ${changes.length} changes`, ...lines].join('\n');
}
