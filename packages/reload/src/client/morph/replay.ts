import type { Alignment } from './alignment.ts';
import type { DocumentDiff } from './diff-documents.ts';
import { placeChildren } from './place-children.ts';
import { setAttribute } from './set-attribute.ts';
import { isStylesheet, whenLoaded } from './stylesheets.ts';

/**
 * Plans how to apply the differences of the HTML to the page.
 *
 * @returns a function that applies them; or, if scripts have changed the same places, why they cannot be applied.
 */
export function planReplay(
  { records, moved }: DocumentDiff,
  alignment: Alignment,
): (() => Promise<void>) | string {
  const { liveOf, isBase, link } = alignment;
  const relevant = records.filter(({ target }) => isBase(target) && target.isConnected && !isSilent(target));
  for (const record of relevant) {
    // A node may have moved from one parent to another.
    if (record.type === 'childList') alignment.align(record.target);
    const problem = problemOf(record, alignment);
    if (problem !== undefined) return problem;
  }
  // Their places in the page can be found only before it changes.
  const movedLive = new Map([...moved].map(([node, origin]) => [node, liveOf(origin)]));
  const staying = new Set(movedLive.values());
  const loading: Promise<unknown>[] = [];

  /** The node in the page for one of the new HTML; `undefined` if a script has removed it. */
  function materialize(node: Node): Node | undefined {
    if (isBase(node)) return liveOf(node);
    // A moved node is kept, not created again.
    if (movedLive.has(node)) return movedLive.get(node);
    const made = liveOf(node) ?? document.importNode(node, false);
    link(node, made);
    for (const child of node.childNodes) {
      const inner = materialize(child);
      if (inner) made.appendChild(inner);
    }
    if (isStylesheet(made)) loading.push(whenLoaded(made));
    return made;
  }

  return async () => {
    // A stylesheet gets another address by being copied: its other attributes have to be set before.
    const addressLast = [...relevant].sort(
      (a, b) => Number(a.attributeName === 'href') - Number(b.attributeName === 'href'),
    );
    for (const record of addressLast) {
      const live = liveOf(record.target)!;
      if (record.type === 'attributes') setAttribute(live as Element, record, loading);
      else if (record.type === 'characterData') live.nodeValue = record.target.nodeValue;
    }
    const lists = relevant.filter(({ type }) => type === 'childList');
    for (const parent of new Set(lists.map(({ target }) => target))) {
      const wanted = [...parent.childNodes].map(materialize).filter((node) => node !== undefined);
      placeChildren(liveOf(parent)!, wanted);
    }
    const removed = lists
      .flatMap(({ removedNodes }) => [...removedNodes])
      .filter((node) => isBase(node) && !node.isConnected)
      .map(liveOf)
      .filter((live) => !staying.has(live));
    const remove = (node: Node | undefined): void => void node?.parentNode?.removeChild(node);
    removed.filter((node) => !node || !isStylesheet(node)).forEach(remove);
    await Promise.all(loading);
    // Old styles are removed once the new ones have loaded, so that no frame is without styles.
    removed.filter((node) => node && isStylesheet(node)).forEach(remove);
  };
}

function problemOf(record: MutationRecord, { liveOf, isBase }: Alignment): string | undefined {
  const { target, type, attributeName, oldValue } = record;
  const live = liveOf(target);
  if (!live) return 'a script has removed what changed';
  if (type === 'attributes' && attributeName!.startsWith('on')) return `an ${attributeName} handler changed`;
  if (type === 'characterData' && live.nodeValue !== oldValue)
    return 'a script has rewritten text that changed';
  if (type !== 'childList') return undefined;
  const rewritten = [...record.removedNodes].some((node) => {
    const text =
      isBase(node) && node.nodeType === Node.TEXT_NODE && !node.isConnected ? liveOf(node) : undefined;
    return text && text.nodeValue !== node.nodeValue;
  });
  return rewritten ? 'a script has rewritten text that was removed' : undefined;
}

/** Where scripts run, the content of a noscript element is not parsed. */
function isSilent(node: Node): boolean {
  return (node instanceof Element ? node : node.parentElement)?.closest('noscript') != null;
}
