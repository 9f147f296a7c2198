interface Mover {
  moveBefore?(node: Node, child: Node | null): void;
}

/**
 * Brings children into order with as few moves as can be: what is moved loses its scroll position, and frames begin anew. Children
 * that are not named, because scripts have built them, stay where they are.
 */
export function placeChildren(parent: Node, wanted: readonly Node[]): void {
  const positions = new Map([...parent.childNodes].map((node, index) => [node as Node, index]));
  const staying = longestRise(
    wanted.filter((node) => positions.has(node)),
    (node) => positions.get(node)!,
  );
  let last: Node | undefined;
  for (const node of wanted) {
    if (!staying.has(node)) place(parent, node, last ? last.nextSibling : parent.firstChild);
    last = node;
  }
}

function place(parent: Node, node: Node, before: Node | null): void {
  if (node === before) return;
  const mover = parent as Node & Mover;
  if (mover.moveBefore && node.isConnected && parent.isConnected) {
    try {
      return mover.moveBefore(node, before);
    } catch {
      // Not everything can be moved that way.
    }
  }
  parent.insertBefore(node, before);
}

/** The most items that stand in rising order already. */
function longestRise<Item>(items: readonly Item[], rank: (item: Item) => number): Set<Item> {
  /** The item with the lowest rank that ends a rise of each length, and what came before each item in its rise. */
  const ends: Item[] = [];
  const before = new Map<Item, Item | undefined>();
  for (const item of items) {
    let [low, high] = [0, ends.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (rank(ends[middle]!) < rank(item)) low = middle + 1;
      else high = middle;
    }
    before.set(item, ends[low - 1]);
    ends[low] = item;
  }
  const rise = new Set<Item>();
  for (let item = ends.at(-1); item !== undefined; item = before.get(item)) rise.add(item);
  return rise;
}
