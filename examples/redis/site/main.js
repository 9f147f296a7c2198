import { createCards } from './cards.js';
import { createChart } from './chart.js';
import { openControl } from './control.js';
import { listenToKeys } from './keys.js';
import { showEvent, showFrame } from './lists.js';

const SERVER_NAMES = ['a', 'b', 'c'];
const by = (id) => document.getElementById(id);
const plural = (count, one, many) => `${count} ${count === 1 ? one : many}`;

/** The newest total of this tab, and what its resume token (`name-random.number`) says. Only an example reads that. */
const tab = { total: undefined, stale: false, server: undefined, hop: undefined, isConnected: false };
let now;

const chart = createChart(by('chart'), SERVER_NAMES);
const cards = createCards(by('cards'), by('card'), [...SERVER_NAMES, 'redis'], (order) => send(order));
const send = openControl(
  (message) => {
    if (message.history) chart.start(message.history);
    for (const event of message.events ?? []) {
      showEvent(by('log'), event);
      chart.mark(event);
    }
    if (message.now) showNow(message.now);
  },
  (isThere) => document.body.classList.toggle('alone', !isThere),
);
listenToKeys(cards, send);

for (const button of document.querySelectorAll('[data-visitors]')) {
  button.onclick = () => send({ do: 'visitors', count: Number(button.dataset.visitors) });
}

addEventListener('wire', ({ detail: { way, data } }) => {
  if (way === 'closed') tab.isConnected = false;
  else if (way === 'in' && data.startsWith('42["total",')) hear(JSON.parse(data.slice(2)));
  showFrame(by('wire'), way, data);
  showTab();
});

function hear([, total, details]) {
  const [, server, hop] = /^(\w+)-\w+\.(\d+)$/.exec(details?.resume ?? '') ?? [];
  Object.assign(tab, { total, stale: details?.stale === true, isConnected: true });
  if (server !== undefined) Object.assign(tab, { server, hop });
}

function showTab() {
  by('total').textContent = tab.total ?? '–';
  by('total').classList.toggle('stale', tab.stale || !tab.isConnected);
  by('here').textContent = !tab.isConnected
    ? 'is looking for a server'
    : tab.server === undefined
      ? 'is connected'
      : `is on server ${tab.server}, its connection number ${tab.hop}`;
  cards.here(tab.isConnected ? tab.server : undefined);
  if (now) showVerdict();
}

function showNow(next) {
  now = next;
  chart.add(now, tab.total);
  cards.show(now);
  const { tabs, visitors } = now;
  by('real').textContent =
    `${plural(tabs, 'tab', 'tabs')} and ${plural(visitors.count, 'page', 'pages')} without a browser`;
  by('visitors').textContent = visitors.count;
  by('connected').textContent = visitors.connected;
  showTab();
}

function showVerdict() {
  const isRight = tab.total === now.real;
  const verdict = by('verdict');
  verdict.dataset.right = isRight ? (tab.stale ? 'stale' : 'yes') : 'no';
  verdict.textContent = isRight ? (tab.stale ? 'the last one known' : 'right') : `really ${now.real}`;
}
