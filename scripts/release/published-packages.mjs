import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The part of a manifest that a release needs.
 *
 * @typedef {object} Manifest
 * @property {string} name
 * @property {string} version
 * @property {boolean} [private]
 * @property {Record<string, string>} [dependencies]
 * @property {string | { url?: string }} [repository]
 */

/**
 * The packages of a repository that are published, each after those it depends on. A registry never has a package whose
 * dependencies it lacks.
 *
 * @param {string} repository its folder
 * @returns {{ folder: string, manifest: Manifest }[]}
 */
export function publishedPackages(repository) {
  const all = readdirSync(join(repository, 'packages')).map((folder) => ({
    folder,
    manifest: /** @type {Manifest} */ (
      JSON.parse(readFileSync(join(repository, 'packages', folder, 'package.json'), 'utf8'))
    ),
  }));
  return inOrder(all.filter(({ manifest }) => manifest.private !== true));
}

/**
 * Each item after those whose packages it depends on.
 *
 * @template {{ manifest: Manifest }} Item
 * @param {readonly Item[]} items
 * @returns {Item[]}
 */
export function inOrder(items) {
  /** @type {Set<Item>} */
  const ordered = new Set();
  /** @param {Item} item */
  const add = (item) => {
    for (const dependency of Object.keys(item.manifest.dependencies ?? {})) {
      const own = items.find(({ manifest }) => manifest.name === dependency);
      if (own !== undefined) add(own);
    }
    ordered.add(item);
  };
  for (const item of items) add(item);
  return [...ordered];
}
