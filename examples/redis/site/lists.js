const MAX_LINES = { log: 40, wire: 30 };
const time = (at) => new Date(at).toLocaleTimeString('en-GB');

/** A line in the log of what was done and what came of it. */
export function showEvent(list, { at, kind, text }) {
  add(list, MAX_LINES.log, kind, time(at), text);
}

/** A line for what went over this tab's socket. */
export function showFrame(list, way, data) {
  // A page's member id is its own, and long.
  const text =
    way === 'closed' ? 'connection lost' : data.replace(/("member":"\w{4})[^"]*/, '$1…').slice(0, 120);
  add(list, MAX_LINES.wire, way, { in: '←', out: '→', closed: '×' }[way], text);
}

function add(list, most, kind, head, text) {
  const line = document.createElement('li');
  line.dataset.kind = kind;
  const first = document.createElement('span');
  first.textContent = head;
  line.append(first, ' ', text);
  list.prepend(line);
  while (list.children.length > most) list.lastChild.remove();
}
