import { createCards } from './cards.js';
import { createChart } from './chart.js';

const RECONNECT_MS = 500;
const SERVERS = ['a', 'b', 'c'];
const byId = (id) => document.getElementById(id);
const plural = (count, noun) => `${count} ${noun}${count === 1 ? '' : 's'}`;

let socket;
const send = (message) => socket.readyState === WebSocket.OPEN && socket.send(JSON.stringify(message));
const chart = createChart(byId('chart'), [...SERVERS, 'tab']);
const showCards = createCards(byId('cards'), byId('card'), [...SERVERS, 'redis'], send);

for (const button of document.querySelectorAll('[data-count]')) {
  button.onclick = () => send({ action: 'visitors', count: Number(button.dataset.count) });
}
addEventListener('pageshow', connect);
addEventListener('pagehide', () => socket.close());

/** The example counts the open tabs by these connections. */
function connect() {
  const own = new WebSocket(`ws://${location.host}/control`);
  socket = own;
  own.onopen = () => document.body.classList.remove('offline');
  own.onmessage = ({ data }) => receive(JSON.parse(data));
  own.onclose = () => {
    document.body.classList.add('offline');
    setTimeout(() => own === socket && document.visibilityState === 'visible' && connect(), RECONNECT_MS);
  };
}

function receive({ history, events = [], sample }) {
  if (history) chart.start(history);
  if (history) byId('log').replaceChildren();
  for (const event of events) {
    chart.mark(event);
    showEvent(event);
  }
  if (sample) showSample(sample);
}

function showSample({ at, open, totals, tabs, visitors, connected, processes }) {
  const { status, total = null } = window.locWidget?.state ?? {};
  chart.add({ at, open, totals: [...totals, total] });
  showCards(processes, open);
  byId('visitors').textContent = visitors;
  byId('connected').textContent = connected;
  byId('open').textContent =
    `Really open: ${plural(tabs, 'tab')} and ${plural(visitors, 'simulated visitor')}.`;
  const verdict = total !== open ? `${open} are open` : status === 'live' ? 'right' : 'the last known total';
  byId('verdict').textContent = verdict;
  byId('verdict').dataset.right = verdict === 'right';
}

function showEvent({ at, kind, text }) {
  const line = document.createElement('li');
  line.dataset.kind = kind;
  const time = document.createElement('time');
  time.textContent = new Date(at).toLocaleTimeString('en-GB');
  line.append(time, text);
  byId('log').prepend(line);
}
