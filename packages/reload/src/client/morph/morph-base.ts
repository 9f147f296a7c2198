import { parseHtml } from './parse-html.ts';

/** Comparing more nodes takes longer than loading the page again. */
const MAX_NODES = 20_000;

/** The HTML that the page shows, parsed. It can be prepared before the next HTML comes, and serves once: comparing changes it. */
export interface MorphBase {
  document: Document;
  isLarge: boolean;
  /** A copy that does not change. */
  copy: Document;
  /** The copy of each node. */
  copies: ReadonlyMap<Node, Node>;
}

/** @throws if the page's policy forbids parsing HTML. */
export function prepareBase(html: string): MorphBase {
  const document = parseHtml(html);
  const isLarge = hasManyNodes(document);
  const copy = document.cloneNode(!isLarge) as Document;
  const copies = new Map<Node, Node>();
  const [walker, other] = [document.createTreeWalker(document), document.createTreeWalker(copy)];
  for (let node: Node | null = document; node && !isLarge; node = walker.nextNode()) {
    copies.set(node, other.currentNode);
    other.nextNode();
  }
  return { document, isLarge, copy, copies };
}

export function hasManyNodes(root: Document): boolean {
  const walker = root.createTreeWalker(root);
  let nodes = 0;
  while (walker.nextNode() && nodes <= MAX_NODES) nodes++;
  return nodes > MAX_NODES;
}
