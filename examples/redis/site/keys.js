const ORDERS = new Map([
  ['k', 'kill'],
  ['f', 'freeze'],
  ['d', 'drain'],
  ['s', 'start'],
]);
const VISITORS = new Map([
  ['p', 10],
  ['P', 100],
  ['c', -10],
  ['C', -100],
]);

/** Everything on the page by a key. */
export function listenToKeys(cards, send) {
  addEventListener('keydown', ({ key, repeat, ctrlKey, metaKey, altKey }) => {
    // What belongs to the browser stays the browser's, and a key that is held down is one order.
    if (repeat || ctrlKey || metaKey || altKey) return;
    if (/^[1-4]$/.test(key)) cards.choose(Number(key) - 1);
    else if (ORDERS.has(key.toLowerCase())) cards.order(ORDERS.get(key.toLowerCase()));
    else if (VISITORS.has(key)) send({ do: 'visitors', count: VISITORS.get(key) });
  });
}
