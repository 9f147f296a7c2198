import morphdom from 'morphdom';
import { pairNodes } from './pair-nodes.ts';

/** The differences between two documents. */
export interface DocumentDiff {
  /** Each step; its nodes are already in their new state. */
  records: MutationRecord[];
  /** The old element for each new one that was moved to another place. */
  moved: ReadonlyMap<Node, Node>;
}

/**
 * Turns `before` into `after`, node by node, and records each step. It works on documents beside the page: morphdom knows nothing
 * of what scripts did, and finds only what changed in the HTML itself.
 *
 * @returns the steps; or why no steps keep what has moved.
 */
export function diffDocuments(before: Document, after: Document): DocumentDiff | string {
  const { keys, removed, added } = pairElements(before, after);
  const moved = pairMoved(removed, added);
  if (typeof moved === 'string') return moved;
  const observer = new MutationObserver(() => {});
  observer.observe(before, {
    subtree: true,
    childList: true,
    attributes: true,
    attributeOldValue: true,
    characterData: true,
    characterDataOldValue: true,
  });
  morphdom(before.documentElement, after.documentElement, {
    getNodeKey: (node) => keys.get(node),
    onBeforeElUpdated: (from, to) => !from.isEqualNode(to),
  });
  const records = observer.takeRecords();
  observer.disconnect();
  return { records, moved };
}

interface Pairs {
  /** The same key for both elements of a pair; every other element has its own. */
  keys: Map<Node, string>;
  removed: Element[];
  added: Element[];
}

function pairElements(before: Document, after: Document): Pairs {
  const keys = new Map<Node, string>();
  const [removed, added]: [Element[], Element[]] = [[], []];
  const name = (...nodes: Node[]): void => {
    const key = String(keys.size);
    for (const node of nodes) keys.set(node, key);
  };

  function pair(from: Element, to: Element): void {
    name(from, to);
    if (from.isEqualNode(to)) {
      const others = to.querySelectorAll('*');
      for (const [index, element] of from.querySelectorAll('*').entries()) name(element, others[index]!);
    } else pairChildren(from, to);
  }

  function pairChildren(from: Element, to: Element): void {
    const pairs = pairNodes([...from.children], [...to.children]) as [Element, Element][];
    const paired = new Set(pairs.flat());
    for (const [one, other] of pairs) pair(one, other);
    removed.push(...[...from.children].filter((element) => !paired.has(element)).flatMap(withInner));
    added.push(...[...to.children].filter((element) => !paired.has(element)).flatMap(withInner));
  }

  pair(before.documentElement, after.documentElement);
  // If morphdom found a moved element's key at another place, it would lose its own order: moved elements have two keys.
  for (const element of [...removed, ...added]) name(element);
  return { keys, removed, added };
}

/** Finds elements that moved to another place: by their ids, or because exactly one other is the same. */
function pairMoved(removed: readonly Element[], added: readonly Element[]): Map<Node, Node> | string {
  const [from, to] = [groupSame(removed), groupSame(added)];
  const moved = new Map<Node, Node>();
  const used = new Set<Element>();
  for (const [key, [element, ...more]] of from) {
    const [other, ...others] = to.get(key) ?? [];
    if (!other || more.length > 0 || others.length > 0 || used.has(element!) || used.has(other)) continue;
    if (!element!.isEqualNode(other)) return `${key} moved and changed`;
    moved.set(other, element!);
    for (const each of [element!, other].flatMap(withInner)) used.add(each);
  }
  return moved;
}

function groupSame(elements: readonly Element[]): Map<string, Element[]> {
  const groups = new Map<string, Element[]>();
  for (const element of elements) {
    const key = element.id === '' ? element.outerHTML : `<${element.localName} id="${element.id}">`;
    const group = groups.get(key);
    if (group) group.push(element);
    else groups.set(key, [element]);
  }
  return groups;
}

function withInner(element: Element): Element[] {
  return [element, ...element.querySelectorAll('*')];
}
