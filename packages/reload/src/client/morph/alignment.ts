import { pairNodes } from './pair-nodes.ts';

/** Which node of the page is which of the HTML it was made from. Nodes that scripts have built are none of them. */
export interface Alignment {
  /** The node in the page; `undefined` where scripts have taken it away, or where it is new. */
  liveOf(node: Node): Node | undefined;
  /** Pairs the children of a node: to be done before the page changes. */
  align(parent: Node): void;
  /** Whether it stands in the HTML that the page was made from. */
  isBase(node: Node): boolean;
  /** Remembers a node that was put into the page. */
  link(node: Node, live: Node): void;
}

/** @param base the HTML as it was served; it may be changed later without harm. */
export function createAlignment(base: Document, page: Document): Alignment {
  /** Each node of the base as it was, in a copy that stays so. */
  const copies = new Map<Node, Node>();
  const live = new Map<Node, Node | undefined>();
  const aligned = new Set<Node>();

  const copy = base.cloneNode(true);
  const [walker, other] = [document.createTreeWalker(base), document.createTreeWalker(copy)];
  for (let node: Node | null = base; node; node = walker.nextNode()) {
    copies.set(node, other.currentNode);
    other.nextNode();
  }
  live.set(copy, page);

  function alignCopy(parent: Node): void {
    if (aligned.has(parent)) return;
    aligned.add(parent);
    const counterpart = liveOfCopy(parent);
    if (!counterpart) return;
    const pairs = pairNodes([...parent.childNodes], [...counterpart.childNodes]);
    for (const [node, found] of pairs) live.set(node, found);
  }

  function liveOfCopy(node: Node): Node | undefined {
    if (!live.has(node) && node.parentNode) alignCopy(node.parentNode);
    return live.get(node);
  }

  return {
    liveOf: (node) => liveOfCopy(copies.get(node) ?? node),
    align: (parent) => alignCopy(copies.get(parent) ?? parent),
    isBase: (node) => copies.has(node),
    link: (node, counterpart) => void live.set(node, counterpart),
  };
}
