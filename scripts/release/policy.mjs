/**
 * The licences that dependencies of the published packages may have. All of them allow use in closed products; what some of them ask
 * for is to keep the licence text.
 *
 * @type {readonly string[]}
 */
const allowedLicences = [
  'MIT',
  'ISC',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'Apache-2.0',
  '0BSD',
  'CC0-1.0',
  'Unlicense',
];

/**
 * Licences of packages whose package.json names none, read in their other files.
 *
 * @type {Record<string, string>}
 */
export const readLicences = {
  // Its LICENSE.
  'color-convert@0.5.3': 'MIT',
};

/**
 * The most that a package may install besides itself, with all that its dependencies need: packages, and kB on disk. A number
 * is raised in the commit that adds the dependency; CONTRIBUTING.md names the reason for it.
 *
 * @type {Record<string, { packages: number, kilobytes: number }>}
 */
export const budgets = {
  protocol: { packages: 0, kilobytes: 0 },
  widget: { packages: 10, kilobytes: 2_800 },
  server: { packages: 50, kilobytes: 14_500 },
  reload: { packages: 80, kilobytes: 17_500 },
};

/**
 * Whether a licence, which may be an SPDX expression with `OR`, is allowed.
 *
 * @param {string} licence
 */
export function isAllowedLicence(licence) {
  const alternatives = licence.replace(/^\((.*)\)$/, '$1').split(' OR ');
  return alternatives.some((one) => allowedLicences.includes(one));
}
