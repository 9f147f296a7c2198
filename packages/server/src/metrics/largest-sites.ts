/** The largest sites, at most `max`, the largest first; of equal ones those whose names come first. */
export function largestSites(
  totals: ReadonlyMap<string, number>,
  max: number,
): [site: string, total: number][] {
  return [...totals].sort(([siteA, a], [siteB, b]) => b - a || (siteA < siteB ? -1 : 1)).slice(0, max);
}
