/**
 * What a changelog says about a version: the text below the heading with the version, up to the next one of the same level.
 *
 * @param {string} changelog
 * @param {string} version
 * @throws {Error} if the changelog does not have the version
 */
export function changesIn(changelog, version) {
  const sections = changelog.split(/^## /m).slice(1);
  const section = sections.find((text) => text.split('\n')[0]?.trim() === version);
  if (section === undefined) throw new Error(`the changelog has no version ${version}`);
  return `${section.split('\n').slice(1).join('\n').trim()}\n`;
}
