import morphdom from 'morphdom';
import { pairNodes } from './pair-nodes.ts';

/** What makes one document of another. */
export interface DocumentDiff {
  /** Each step, done to nodes that are now as they should be. */
  records: MutationRecord[];
  /** The element that an element was, although it stands elsewhere now. */
  moved: ReadonlyMap<Node, Node>;
}

/**
 * Turns `before` into `after`, node by node, and tells each step. It works on documents beside the page, so
 * that a library that knows nothing of scripts' doings can say what has changed in the HTML itself.
 *
 * @returns the steps; or why there are none that keep what has moved.
 */
export function diffDocuments(before: Document, after: Document): DocumentDiff | string {
  const { keys, gone, come } = pairElements(before, after);
  const moved = pairMoved(gone, come);
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
  /** The same for those that are one element at one place in both documents; every other element has its own. */
  keys: Map<Node, string>;
  gone: Element[];
  come: Element[];
}

function pairElements(before: Document, after: Document): Pairs {
  const keys = new Map<Node, string>();
  const [gone, come]: [Element[], Element[]] = [[], []];
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
    gone.push(...[...from.children].filter((element) => !paired.has(element)).flatMap(withInner));
    come.push(...[...to.children].filter((element) => !paired.has(element)).flatMap(withInner));
  }

  pair(before.documentElement, after.documentElement);
  // A library that meets a key at another place loses its own: what has moved is not told to it.
  for (const element of [...gone, ...come]) name(element);
  return { keys, gone, come };
}

/** Finds elements that went to another place: by their ids, or because there is only one that is the same. */
function pairMoved(gone: readonly Element[], come: readonly Element[]): Map<Node, Node> | string {
  const [from, to] = [groupSame(gone), groupSame(come)];
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
