import type { ReloadUpdate } from '@live-online/protocol';

/** Combines several updates, in the order in which they came. */
export function mergeUpdates(updates: readonly ReloadUpdate[]): ReloadUpdate {
  const { version } = updates.at(-1)!;
  const effective = updates.filter(({ action }) => action !== 'none');
  if (effective.length === 0) return { version, action: 'none' };
  if (effective.some(({ action }) => action === 'reload')) return { version, action: 'reload' };
  const union = (lists: (string[] | undefined)[]): string[] => [
    ...new Set(lists.flatMap((list) => list ?? [])),
  ];
  // A later change of the same file makes a text stale.
  const cssTexts: Record<string, string> = {};
  for (const { css = [], cssTexts: texts = {} } of effective) {
    for (const name of css) {
      if (Object.hasOwn(texts, name)) cssTexts[name] = texts[name]!;
      else delete cssTexts[name];
    }
  }
  const htmlText = effective.filter(({ html }) => html).at(-1)?.htmlText;
  return {
    version,
    action: 'apply',
    cssTexts,
    ...(htmlText !== undefined && { htmlText }),
    css: union(effective.map(({ css }) => css)),
    images: union(effective.map(({ images }) => images)),
    html: effective.some(({ html }) => html),
    exact: effective.every(({ exact }) => exact !== false),
  };
}
