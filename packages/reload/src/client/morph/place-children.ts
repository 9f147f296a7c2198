interface Mover {
  moveBefore?(node: Node, child: Node | null): void;
}

/**
 * Orders children with as few moves as possible: a moved element loses its scroll position, and a moved frame loads again.
 * Children that are not in `wanted`, because scripts have built them, stay where they are.
 */
export function placeChildren(parent: Node, wanted: readonly Node[]): void {
  const positions = new Map([...parent.childNodes].map((node, index) => [node as Node, index]));
  const staying = longestIncreasing(
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
      // Some nodes cannot be moved that way.
    }
  }
  parent.insertBefore(node, before);
}

/** The longest increasing subsequence: the most items that are in order already. */
function longestIncreasing<Item>(items: readonly Item[], rank: (item: Item) => number): Set<Item> {
  /** The item with the lowest rank that ends a subsequence of each length, and the predecessor of each item in its own. */
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
  const longest = new Set<Item>();
  for (let item = ends.at(-1); item !== undefined; item = before.get(item)) longest.add(item);
  return longest;
}
