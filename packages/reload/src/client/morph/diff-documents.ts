import morphdom from 'morphdom';

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
  const keyOf = createKeys(before, after);
  morphdom(before.documentElement, after.documentElement, {
    getNodeKey: keyOf,
    onBeforeElUpdated: (from, to) => !from.isEqualNode(to),
  });
  const records = observer.takeRecords();
  observer.disconnect();
  return records;
}

/** Elements that are the same in both, and the only ones of their kind, are found wherever they have gone. */
function createKeys(before: Document, after: Document): (node: Node) => string | undefined {
  const texts = new Map<Node, string>();
  const counts = new Map<string, number>();
  const unique = (root: Document): Set<string> => {
    const seen = new Map<string, number>();
    for (const element of root.body?.querySelectorAll('*') ?? []) {
      if (element.id !== '') continue;
      // Long ones hold others that are found by themselves.
      if (element.childElementCount > 20) continue;
      const text = new XMLSerializer().serializeToString(element);
      if (text.length > 2_000) continue;
      texts.set(element, text);
      seen.set(text, (seen.get(text) ?? 0) + 1);
    }
    return new Set([...seen].filter(([, count]) => count === 1).map(([text]) => text));
  };
  const [old, now] = [unique(before), unique(after)];
  for (const text of old) if (now.has(text)) counts.set(text, 1);
  return (node) => {
    if (node.nodeType !== Node.ELEMENT_NODE) return undefined;
    const { id } = node as Element;
    if (id !== '') return `#${id}`;
    const text = texts.get(node);
    return text !== undefined && counts.has(text) ? text : undefined;
  };
}
