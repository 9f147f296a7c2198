/** Pairs the nodes of two lists in order: first the same nodes, then, in the gaps, nodes of the same kind. */
export function pairNodes(nodes: readonly Node[], others: readonly Node[]): [Node, Node][] {
  const pairs: [Node, Node][] = [];
  const anchors = pairInOrder(nodes, others, identityOf);
  let [start, otherStart] = [0, 0];
  for (const [index, otherIndex] of [...anchors, [nodes.length, others.length] as const]) {
    const gap = nodes.slice(start, index);
    const otherGap = others.slice(otherStart, otherIndex);
    for (const [a, b] of pairInOrder(gap, otherGap, kindOf)) pairs.push([gap[a]!, otherGap[b]!]);
    if (index < nodes.length) pairs.push([nodes[index]!, others[otherIndex]!]);
    [start, otherStart] = [index + 1, otherIndex + 1];
  }
  return pairs;
}

/** The longest common subsequence would be best; the first match is found faster, and serves pages as well. */
function pairInOrder(
  nodes: readonly Node[],
  others: readonly Node[],
  nameOf: (node: Node) => string | undefined,
): [number, number][] {
  const places = new Map<string, number[]>();
  // Backwards, so that the first place of each name is at the end of its list.
  for (let index = others.length - 1; index >= 0; index--) {
    const name = nameOf(others[index]!);
    if (name === undefined) continue;
    const list = places.get(name);
    if (list) list.push(index);
    else places.set(name, [index]);
  }
  const found: [number, number][] = [];
  let from = 0;
  for (const [index, node] of nodes.entries()) {
    const list = places.get(nameOf(node) ?? '') ?? [];
    while (list.length > 0 && list.at(-1)! < from) list.pop();
    const other = list.pop();
    if (other === undefined) continue;
    found.push([index, other]);
    from = other + 1;
  }
  return found;
}

/** Equal for two nodes that are the same; `undefined` for blank text, which has no identity. */
function identityOf(node: Node): string | undefined {
  if (!isElement(node))
    return node.nodeValue?.trim() === '' ? undefined : `${node.nodeName} ${node.nodeValue}`;
  return node.id !== '' || isUnique(node) ? kindOf(node) : node.outerHTML;
}

/** A page has one of each of these, whatever scripts change in it. */
function isUnique({ localName }: Element): boolean {
  return localName === 'html' || localName === 'head' || localName === 'body' || localName === 'title';
}

function kindOf(node: Node): string {
  if (isElement(node)) return `<${node.localName} id="${node.id}">`;
  return node.nodeType === Node.COMMENT_NODE ? `${node.nodeName} ${node.nodeValue}` : node.nodeName;
}

function isElement(node: Node): node is Element {
  return node.nodeType === Node.ELEMENT_NODE;
}
