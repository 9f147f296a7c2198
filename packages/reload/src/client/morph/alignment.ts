import type { MorphBase } from './morph-base.ts';
import { pairNodes } from './pair-nodes.ts';

/** Maps the nodes of the HTML that the page was made from to the nodes of the page. Nodes built by scripts are not among them. */
export interface Alignment {
  /** The node in the page; `undefined` if a script has removed it, or if it is new. */
  liveOf(node: Node): Node | undefined;
  /** Pairs the children of a node; to be called before the page changes. */
  align(parent: Node): void;
  /** Whether the HTML that the page was made from contains it. */
  isBase(node: Node): boolean;
  /** Adds a node that was inserted into the page. */
  link(node: Node, live: Node): void;
}

/** @param base the HTML as it was served; its document may be changed later. */
export function createAlignment({ copy, copies }: MorphBase, page: Document): Alignment {
  const live = new Map<Node, Node | undefined>();
  const aligned = new Set<Node>();

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
