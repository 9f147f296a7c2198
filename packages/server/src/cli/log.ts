import { escapeControls } from '@live-online/internal/escape-controls';
import { createJsonWriter, paint, type Output } from '@live-online/internal/command-line/output';
import type { CounterView } from '../assemble-counter.ts';
import type { WebhookFailed } from '../webhooks/webhook-failed.ts';

export interface Log {
  /** @param metricsUrl the port of the metrics, if they have one. */
  listening(url: string, metricsUrl?: string): void;
  /** The admin token that was made at the start. Only text for a terminal has it. */
  madeToken(token: string): void;
  /** A link to the dashboard that signs in once. Only text for a terminal has it. */
  dashboard(link: string): void;
  warning(text: string): void;
  /** Totals may be old from now on, or are exact again. */
  stale(stale: boolean, reason: string | undefined): void;
  /** A webhook was not delivered, and is not tried again. */
  webhook(failed: WebhookFailed): void;
  error(text: string): void;
  closing(): void;
  closed(): void;
  /** Logs a counter's totals. Returns a function that stops it. */
  follow(counter: CounterView): () => void;
}

/** Shortest time between two logs of totals, in ms. */
const INTERVAL_MS = 1_000;
/** The maximum of totals in one log: made-up sites must not fill the disk. */
const MAX_TOTALS = 100;

/** One JSON object a line. */
export function createJsonLog(out: Output): Log {
  const write = createJsonWriter(out);
  return {
    listening: (url, metricsUrl) => write('listening', { url, metricsUrl }),
    madeToken: () => {},
    dashboard: () => {},
    warning: (message) => write('warning', { message }),
    stale: (stale, reason) => write('stale', { stale, reason }),
    webhook: (failed) => write('webhook', failed),
    error: (message) => write('error', { message }),
    closing: () => write('closing'),
    closed: () => write('closed'),
    follow: (counter) =>
      followTotals(counter, (changed) => {
        const totals = busiestFirst([...changed].map((site) => [site, counter.total(site)] as const));
        for (const [site, total] of totals.slice(0, MAX_TOTALS)) write('total', { site, total });
        if (totals.length > MAX_TOTALS) write('left-out', { totals: totals.length - MAX_TOTALS });
      }),
  };
}

/** Lines for a terminal, the last of which shows the current totals. */
export function createPrettyLog(out: Output, errors: Output): Log {
  let status = '';
  /** Writes `text` above the status line. */
  function print(text: string): void {
    out.write(`${status ? '\r\x1b[2K' : ''}${text}\n${status}`);
  }
  function showStatus(line: string): void {
    out.write(`${status ? '\r\x1b[2K' : ''}${line}`);
    status = line;
  }
  return {
    listening(url, metricsUrl) {
      print(`Live Online listens on ${paint('bold', url)}`);
      if (metricsUrl !== undefined) print(`Metrics for Prometheus: ${metricsUrl}`);
      print(paint('dim', `Put this into your pages: <script async src="${url}"></script>`));
    },
    madeToken: (token) => print(paint('dim', `Token of the HTTP API until the next start: ${token}`)),
    dashboard: (link) => print(`Dashboard (this link signs in once): ${paint('bold', link)}`),
    warning: (text) => print(`${paint('yellow', 'Note:')} ${escapeLines(text)}`),
    stale(stale, reason = 'other servers are out of reach') {
      if (stale) print(`${paint('yellow', 'Note:')} totals may be old: ${escapeControls(reason)}`);
      else print('Totals are exact again');
    },
    webhook: ({ origin, type, site, attempts, reason }) => {
      const what = escapeControls(`${type} of ${site} to ${origin}, ${attempts} attempts: ${reason}`);
      print(`${paint('yellow', 'Note:')} webhook abandoned: ${what}`);
    },
    error: (text) => errors.write(`live-online-server: ${escapeLines(text)}\n`),
    closing() {
      showStatus('');
      print('Closing: clients reconnect to other servers');
    },
    closed: () => {},
    follow: (counter) =>
      out.isTTY
        ? followTotals(counter, () => showStatus(statusLine(counter.totals(), out.columns ?? 80)))
        : () => {},
  };
}

/** Escapes each line: these texts have several, and parts that come from Redis or from files. */
function escapeLines(text: string): string {
  return text.split('\n').map(escapeControls).join('\n');
}

/** The busiest sites on one line of at most `width` characters. */
function statusLine(totals: Map<string, number>, width: number): string {
  const busiest = busiestFirst([...totals]).slice(0, 20);
  let text = busiest.length > 0 ? '●' : '○ no page is open';
  for (const [site, total] of busiest) {
    const next = `  ${escapeControls(site)} ${total}`;
    if (text.length + next.length > width - 2) return `${text} …`;
    text += next;
  }
  return text;
}

function busiestFirst<Site extends readonly [site: string, total: number]>(totals: Site[]): Site[] {
  return totals.sort(([, a], [, b]) => b - a);
}

/** Calls `listener` with the sites whose totals have changed, at most once in `INTERVAL_MS`. */
function followTotals(counter: CounterView, listener: (changed: Set<string>) => void): () => void {
  let changed = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  const unsubscribe = counter.on('total', ({ site }) => {
    changed.add(site);
    timer ??= setTimeout(() => {
      timer = undefined;
      const sites = changed;
      changed = new Set();
      listener(sites);
    }, INTERVAL_MS);
  });
  return () => {
    unsubscribe();
    clearTimeout(timer);
  };
}
