import morphdom from 'morphdom';
import { pairNodes } from './pair-nodes.ts';

/**
 * Turns `before` into `after`, node by node, and tells each step. It works on documents beside the page, so
 * that a library that knows nothing of scripts' doings can say what has changed in the HTML itself.
 */
export function diffDocuments(before: Document, after: Document): MutationRecord[] {
  const observer = new MutationObserver(() => {});
  observer.observe(before, {
    subtree: true,
    childList: true,
    attributes: true,
    attributeOldValue: true,
    characterData: true,
    characterDataOldValue: true,
  });
  const keys = pairElements(before, after);
  morphdom(before.documentElement, after.documentElement, {
    getNodeKey: (node) => keys.get(node),
    onBeforeElUpdated: (from, to) => !from.isEqualNode(to),
  });
  const records = observer.takeRecords();
  observer.disconnect();
  return records;
}

/** Gives a key to every element, the same to those that are one element in both documents. */
function pairElements(before: Document, after: Document): Map<Node, string> {
  const keys = new Map<Node, string>();
  const lonely: [Element[], Element[]] = [[], []];
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
    lonely[0].push(...[...from.children].filter((element) => !paired.has(element)));
    lonely[1].push(...[...to.children].filter((element) => !paired.has(element)));
  }

  pair(before.documentElement, after.documentElement);
  pairMoved(...lonely, pair);
  for (const element of lonely.flat().flatMap((one) => [one, ...one.querySelectorAll('*')])) {
    if (!keys.has(element)) name(element);
  }
  return keys;
}

/** Finds elements that went to another place: by their ids, or because there is only one that is the same. */
function pairMoved(gone: Element[], come: Element[], pair: (from: Element, to: Element) => void): void {
  const all = (elements: Element[]): Element[] =>
    elements.flatMap((one) => [one, ...one.querySelectorAll('*')]);
  const by = (elements: Element[]): Map<string, Element[]> => {
    const groups = new Map<string, Element[]>();
    for (const element of elements) {
      const key = element.id === '' ? element.outerHTML : `#${element.localName}#${element.id}`;
      groups.set(key, [...(groups.get(key) ?? []), element]);
    }
    return groups;
  };
  const [from, to] = [by(all(gone)), by(all(come))];
  const used = new Set<Element>();
  for (const [key, [element, ...more]] of from) {
    const [other, ...others] = to.get(key) ?? [];
    if (!other || more.length > 0 || others.length > 0 || used.has(element!) || used.has(other)) continue;
    pair(element!, other);
    for (const one of [element!, other])
      for (const each of [one, ...one.querySelectorAll('*')]) used.add(each);
  }
}
