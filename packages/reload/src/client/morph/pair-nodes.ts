/** Pairs nodes of two lists in order: first what is the same, then, in the gaps, what is of a kind. */
export function pairNodes(nodes: readonly Node[], others: readonly Node[]): [Node, Node][] {
  const pairs: [Node, Node][] = [];
  const anchors = inOrder(nodes, others, isSame);
  let [start, otherStart] = [0, 0];
  for (const [index, otherIndex] of [...anchors, [nodes.length, others.length] as const]) {
    const gap = nodes.slice(start, index);
    const otherGap = others.slice(otherStart, otherIndex);
    for (const [a, b] of inOrder(gap, otherGap, isAlike)) pairs.push([gap[a]!, otherGap[b]!]);
    if (index < nodes.length) pairs.push([nodes[index]!, others[otherIndex]!]);
    [start, otherStart] = [index + 1, otherIndex + 1];
  }
  return pairs;
}

/** The longest common part of two lists would be best; the first that fits is found faster, and as well in pages. */
function inOrder(
  nodes: readonly Node[],
  others: readonly Node[],
  fits: (a: Node, b: Node) => boolean,
): [number, number][] {
  const found: [number, number][] = [];
  let from = 0;
  for (const [index, node] of nodes.entries()) {
    const other = others.findIndex((candidate, position) => position >= from && fits(node, candidate));
    if (other === -1) continue;
    found.push([index, other]);
    from = other + 1;
  }
  return found;
}

function isSame(a: Node, b: Node): boolean {
  if (a.nodeType !== b.nodeType) return false;
  if (!isElement(a) || !isElement(b)) return a.nodeValue === b.nodeValue && a.nodeValue?.trim() !== '';
  if (a.localName !== b.localName) return false;
  if (a.id !== '' || b.id !== '') return a.id === b.id;
  return isUnique(a) || a.isEqualNode(b);
}

/** There is one of these in a page, whatever scripts have done to it. */
function isUnique({ localName }: Element): boolean {
  return localName === 'html' || localName === 'head' || localName === 'body' || localName === 'title';
}

function isAlike(a: Node, b: Node): boolean {
  if (a.nodeType !== b.nodeType) return false;
  if (!isElement(a) || !isElement(b)) return a.nodeType !== Node.COMMENT_NODE || a.nodeValue === b.nodeValue;
  return a.localName === b.localName && a.id === b.id;
}

function isElement(node: Node): node is Element {
  return node.nodeType === Node.ELEMENT_NODE;
}
