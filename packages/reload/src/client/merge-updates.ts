import type { ReloadUpdate } from '@live-online/protocol';

/** Several updates as one, in the order in which they came. */
export function mergeUpdates(updates: readonly ReloadUpdate[]): ReloadUpdate {
  const { version } = updates.at(-1)!;
  const doing = updates.filter(({ action }) => action !== 'none');
  if (doing.length === 0) return { version, action: 'none' };
  if (doing.some(({ action }) => action === 'reload')) return { version, action: 'reload' };
  const union = (lists: (string[] | undefined)[]): string[] => [
    ...new Set(lists.flatMap((list) => list ?? [])),
  ];
  // A text is as old as the update that it came with: it counts where no later one is about the same file.
  const cssTexts: Record<string, string> = {};
  for (const { css = [], cssTexts: texts = {} } of doing) {
    for (const name of css) {
      if (Object.hasOwn(texts, name)) cssTexts[name] = texts[name]!;
      else delete cssTexts[name];
    }
  }
  const htmlText = doing.filter(({ html }) => html).at(-1)?.htmlText;
  return {
    version,
    action: 'apply',
    cssTexts,
    ...(htmlText !== undefined && { htmlText }),
    css: union(doing.map(({ css }) => css)),
    images: union(doing.map(({ images }) => images)),
    html: doing.some(({ html }) => html),
    exact: doing.every(({ exact }) => exact !== false),
  };
}
