import { fileURLToPath } from 'node:url';
import { WebSocketServer } from 'ws';
import { createPageServer } from '../../common/page-server.js';

const PAGES = fileURLToPath(new URL('../site', import.meta.url));
const SAMPLE_INTERVAL_MS = 200;
const MAX_VISITORS_AT_ONCE = 100;
const ACTIONS = {
  kill: 'killed (SIGKILL)',
  freeze: 'frozen (SIGSTOP)',
  thaw: 'thawed (SIGCONT)',
  drain: 'draining (SIGTERM)',
  start: 'started',
};

/**
 * Serves the page, and a WebSocket for its buttons. The buttons end processes, so the WebSocket accepts only this page, and
 * only this machine can connect.
 *
 * @param {{ port: number, counterPort: number }} options `counterPort` is that of the load balancer. Also `processes`, by
 * their names in the page, `monitor` and `visitors`.
 */
export async function openControl({ port, counterPort, processes, monitor, visitors }) {
  const replacements = [['localhost:8081', `localhost:${counterPort}`]];
  const pages = await createPageServer(PAGES, { port, replacements });
  const sockets = new WebSocketServer({
    server: pages.server,
    path: '/control',
    maxPayload: 1_000,
    verifyClient: ({ origin, req }) =>
      pages.isOwnHost(req.headers.host) && origin === `http://${req.headers.host}`,
  });
  // Each open tab of the page has one.
  const tabs = sockets.clients;
  const broadcast = (message) => {
    for (const tab of tabs) tab.send(JSON.stringify(message));
  };

  const perform = ({ action, target, count }) => {
    if (action === 'visitors') return changeVisitors(count);
    if (!Object.hasOwn(processes, target) || !Object.hasOwn(ACTIONS, action)) return;
    const managed = processes[target];
    const before = managed.state;
    managed[action]();
    // A killed process is dead a moment later.
    if (managed.state !== before || (action === 'kill' && before !== 'dead')) {
      monitor.log('action', `${managed.name} ${ACTIONS[action]}`, `${action} ${target}`);
    }
  };
  const changeVisitors = (count) => {
    if (!Number.isSafeInteger(count) || Math.abs(count) > MAX_VISITORS_AT_ONCE) return;
    const before = visitors.count();
    if (count > 0) visitors.add(count);
    else visitors.remove(-count);
    const change = visitors.count() - before;
    const label = change > 0 ? `+${change}` : `−${-change}`;
    if (change !== 0) monitor.log('action', `Visitors ${label}`, label);
  };

  sockets.on('connection', (tab) => {
    tab.on('error', () => {});
    tab.on('message', (data) => {
      try {
        perform(JSON.parse(data));
      } catch {
        // It does not come from this page.
        tab.terminate();
      }
    });
    tab.send(JSON.stringify({ history: monitor.history, events: monitor.events }));
  });
  monitor.onEvent = (event) => broadcast({ events: [event] });
  const timer = setInterval(() => broadcast({ sample: monitor.sample(tabs.size) }), SAMPLE_INTERVAL_MS);

  return {
    close() {
      clearInterval(timer);
      for (const tab of tabs) tab.terminate();
      return pages.close();
    },
  };
}
