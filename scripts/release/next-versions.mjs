import getReleasePlanModule from '@changesets/get-release-plan';

/**
 * What the changesets of a repository do to a package.
 *
 * @typedef {object} NextVersion
 * @property {string} name
 * @property {string} oldVersion
 * @property {string} newVersion
 * @property {string} type `major`, `minor` or `patch`
 * @property {string[]} changes the first line of each changeset
 */

// It is CommonJS, whose default export is a property of what Node imports.
const getReleasePlan = /** @type {typeof getReleasePlanModule} */ (
  /** @type {unknown} */ (
    'default' in getReleasePlanModule ? getReleasePlanModule.default : getReleasePlanModule
  )
);

/**
 * The versions that `npm run changeset version` would set.
 *
 * @param {string} repository its folder
 * @returns {Promise<NextVersion[]>}
 */
export async function nextVersions(repository) {
  const { releases, changesets } = await getReleasePlan(repository);
  const titles = new Map(changesets.map(({ id, summary }) => [id, summary.split('\n')[0] ?? '']));
  return releases
    .filter(({ type }) => type !== 'none')
    .map(({ name, oldVersion, newVersion, type, changesets: ids }) => ({
      name,
      oldVersion,
      newVersion,
      type,
      changes: ids.map((id) => titles.get(id) ?? id),
    }));
}
