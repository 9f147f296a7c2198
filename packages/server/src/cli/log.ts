import { createJsonWriter, paint, type Output } from '@live-online/internal/command-line/output';
import type { CounterView } from '../assemble-counter.ts';

/** What the command line says while it runs. */
export interface Log {
  listening(url: string): void;
  warning(text: string): void;
  /** Totals may be old from now on, or are exact again. */
  stale(stale: boolean, reason: string | undefined): void;
  error(text: string): void;
  closing(): void;
  closed(): void;
  /** Follows a counter's totals. Returns the undo. */
  follow(counter: CounterView): () => void;
}

/** Shortest time between two looks at the totals, in ms: a busy server's log stays calm. */
const CALM_MS = 1_000;
/** How many totals are logged at each look: whoever makes up sites must not fill the disk with them. */
const MAX_TOTALS = 100;

/** One JSON object a line. */
export function createJsonLog(out: Output): Log {
  const say = createJsonWriter(out);
  return {
    listening: (url) => say('listening', { url }),
    warning: (message) => say('warning', { message }),
    stale: (stale, reason) => say('stale', { stale, reason }),
    error: (message) => say('error', { message }),
    closing: () => say('closing'),
    closed: () => say('closed'),
    follow: (counter) =>
      followCalmly(counter, (changed) => {
        const totals = busiestFirst([...changed].map((site) => [site, counter.total(site)] as const));
        for (const [site, total] of totals.slice(0, MAX_TOTALS)) say('total', { site, total });
        if (totals.length > MAX_TOTALS) say('left-out', { totals: totals.length - MAX_TOTALS });
      }),
  };
}

/** Lines for people; on a terminal, the last one lives. */
export function createPrettyLog(out: Output, errors: Output): Log {
  let live = '';
  /** Replaces the live line by `text` and writes the live line again below it. */
  function say(text: string): void {
    out.write(`${live ? '\r\x1b[2K' : ''}${text}\n${live}`);
  }
  function show(line: string): void {
    out.write(`${live ? '\r\x1b[2K' : ''}${line}`);
    live = line;
  }
  return {
    listening(url) {
      say(`Live Online counts at ${paint('bold', url)}`);
      say(paint('dim', `Into your pages: <script src="${url}"></script><script>locWidget.init()</script>`));
    },
    warning: (text) => say(`${paint('yellow', 'Note:')} ${text}`),
    stale(stale, reason = 'other servers are out of reach') {
      if (stale) say(`${paint('yellow', 'Note:')} totals may be old: ${escapeControls(reason)}`);
      else say('Totals are exact again');
    },
    error: (text) => errors.write(`live-online-server: ${text}\n`),
    closing() {
      show('');
      say('Closing: pages are let go, so that they come back elsewhere');
    },
    closed: () => {},
    follow: (counter) =>
      out.isTTY
        ? followCalmly(counter, () => show(statusLine(counter.totals(), out.columns ?? 80)))
        : () => {},
  };
}

/** The busiest sites on one line of at most `width` characters. */
function statusLine(totals: Map<string, number>, width: number): string {
  const busiest = busiestFirst([...totals]).slice(0, 20);
  let text = busiest.length > 0 ? '●' : '○ nobody is online';
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

/** Calls `look` with the sites whose totals have changed, at most once in `CALM_MS`. */
function followCalmly(counter: CounterView, look: (changed: Set<string>) => void): () => void {
  let changed = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  const stop = counter.on('total', ({ site }) => {
    changed.add(site);
    timer ??= setTimeout(() => {
      timer = undefined;
      const sites = changed;
      changed = new Set();
      look(sites);
    }, CALM_MS);
  });
  return () => {
    stop();
    clearTimeout(timer);
  };
}

function escapeControls(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, (character) => JSON.stringify(character).slice(1, -1));
}
