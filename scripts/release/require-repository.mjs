/**
 * Checks that packages name the repository whose workflow publishes them. npm compares both before it accepts the provenance.
 *
 * @param {readonly { manifest: import('./published-packages.mjs').Manifest }[]} packages
 * @param {string} repository owner and name on GitHub, as `GITHUB_REPOSITORY` has them
 * @throws {Error} that says what to add to which manifests
 */
export function requireRepository(packages, repository) {
  const wrong = packages.filter(({ manifest }) => repositoryOnGitHub(manifest) !== repository);
  if (wrong.length === 0) return;
  const field = { type: 'git', url: `git+https://github.com/${repository}.git`, directory: 'packages/NAME' };
  const names = wrong.map(({ manifest }) => manifest.name).join(', ');
  throw new Error(
    `npm rejects the provenance of ${names}, because "repository" does not name ${repository}. Add to each package.json:\n` +
      `  "repository": ${JSON.stringify(field)}\nNAME is the folder of the package.`,
  );
}

/**
 * Owner and name of the repository on GitHub that a manifest names.
 *
 * @param {import('./published-packages.mjs').Manifest} manifest
 */
function repositoryOnGitHub({ repository }) {
  const url = typeof repository === 'string' ? repository : (repository?.url ?? '');
  return /^(?:git\+)?https:\/\/github\.com\/([^/]+\/[^/]+?)(?:\.git)?$/.exec(url)?.[1];
}
