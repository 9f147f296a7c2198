import type { Alignment } from './alignment.ts';
import { setAttribute } from './set-attribute.ts';
import { isStylesheet, whenLoaded } from './stylesheets.ts';

interface Mover {
  moveBefore?(node: Node, child: Node | null): void;
}

/**
 * Plans to do to the page what was done to its HTML.
 *
 * @returns what does it; or, where the page is no longer what the HTML made of it, why it cannot be done.
 */
export function planReplay(
  records: readonly MutationRecord[],
  alignment: Alignment,
): (() => Promise<void>) | string {
  const { liveOf, link } = alignment;
  const relevant = records.filter(({ target }) => !isSilent(target));
  for (const record of relevant) {
    const problem = problemOf(record, alignment);
    if (problem !== undefined) return problem;
  }

  /** The node in the page for one that has come, or has been moved. */
  function materialize(node: Node): Node {
    const known = liveOf(node);
    if (known) return known;
    const made = document.importNode(node, true);
    linkDeep(node, made);
    return made;
  }
  function linkDeep(node: Node, made: Node): void {
    link(node, made);
    const others = [...made.childNodes];
    for (const [index, child] of [...node.childNodes].entries()) linkDeep(child, others[index]!);
  }

  function insert({ target, addedNodes, previousSibling, nextSibling }: MutationRecord): void {
    const parent = liveOf(target)!;
    const after = previousSibling && liveOf(previousSibling);
    const before = nextSibling && liveOf(nextSibling);
    for (const node of addedNodes) {
      const live = materialize(node);
      const place =
        after && after.parentNode === parent
          ? after.nextSibling
          : before && before.parentNode === parent
            ? before
            : parent.firstChild;
      if (live === place) continue;
      move(parent, live, place);
    }
  }

  return async () => {
    const loading: Promise<unknown>[] = [];
    const leaving: Node[] = [];
    for (const record of relevant) {
      const live = liveOf(record.target);
      if (!live) continue;
      if (record.type === 'attributes') setAttribute(live as Element, record, loading);
      else if (record.type === 'characterData') live.nodeValue = record.target.nodeValue;
      else {
        for (const node of record.removedNodes) {
          const gone = liveOf(node);
          // What has only been moved stays until it is put where it belongs.
          if (!gone || node.isConnected) continue;
          if (isStylesheet(gone)) leaving.push(gone);
          else gone.parentNode?.removeChild(gone);
        }
        insert(record);
        for (const node of record.addedNodes) {
          const come = liveOf(node);
          if (come && isStylesheet(come) && come.isConnected) loading.push(whenLoaded(come));
        }
      }
    }
    await Promise.all(loading);
    // Old styles go when new ones have come, so that no frame is without any.
    for (const node of leaving) node.parentNode?.removeChild(node);
  };
}

function move(parent: Node, live: Node, place: Node | null): void {
  const mover = parent as Node & Mover;
  // Frames and media would begin anew if they were taken out and put in.
  if (mover.moveBefore && live.isConnected && parent.isConnected) {
    try {
      return mover.moveBefore(live, place);
    } catch {
      // Not everything can be moved that way.
    }
  }
  parent.insertBefore(live, place);
}

function problemOf(record: MutationRecord, { liveOf }: Alignment): string | undefined {
  const { target, type, attributeName, oldValue } = record;
  // What came with this change has no counterpart yet, and comes as it is.
  const live = liveOf(target);
  if (!live) return isNew(target, liveOf) ? undefined : 'a script has taken away what changed';
  if (type === 'attributes' && attributeName!.startsWith('on')) return `an ${attributeName} handler changed`;
  if (type === 'characterData' && live.nodeValue !== oldValue)
    return 'a script has rewritten text that changed';
  if (type === 'childList') {
    for (const node of record.removedNodes) {
      const gone = liveOf(node);
      if (
        node.nodeType === Node.TEXT_NODE &&
        gone &&
        gone.nodeValue !== node.nodeValue &&
        !node.isConnected
      ) {
        return 'a script has rewritten text that went';
      }
    }
  }
  return undefined;
}

function isNew(node: Node, liveOf: (node: Node) => Node | undefined): boolean {
  for (let parent: Node | null = node; parent; parent = parent.parentNode)
    if (liveOf(parent)) return parent !== node;
  return true;
}

/** Where scripts run, what stands in a noscript is not even parsed. */
function isSilent(node: Node): boolean {
  return (
    (node.nodeType === Node.ELEMENT_NODE ? (node as Element) : node.parentElement)?.closest('noscript') !=
    null
  );
}
