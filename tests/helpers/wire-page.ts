import { randomUUID } from 'node:crypto';
import { WebSocket } from 'ws';

/** Where a page can go. */
export interface Address {
  /** What tests call it; pages read the server's own name in the resume token. */
  readonly name: string;
  readonly url: string;
}

/** A page as a server sees it: the widget's behaviour on the bare wire, so cheap that one process holds thousands. */
export interface WirePage {
  readonly member: string;
  /** The address it is let in at; `undefined` while it is on its way. */
  readonly at: string | undefined;
  /** The newest total it heard on its present connection, and whether that was marked as stale. */
  readonly total: number | undefined;
  readonly stale: boolean;
  /** The newest resume token. */
  readonly resumeToken: string | undefined;
  readonly isClosed: boolean;
  /** Gives its connection up without a word to the server, as on silence, and comes back elsewhere at once. */
  desert(): void;
  /** Leaves for good. */
  close(): void;
}

export interface WirePageOptions {
  origin: string;
  /** Where to go, after `from` did not do. */
  choose: (from: string | undefined) => Address;
  /** It was let in, has lost its connection, or is closed. */
  moved: (page: WirePage, from: string | undefined) => void;
  /** It heard a total. */
  told: (page: WirePage) => void;
  /** How long it waits before the first attempt, in ms. */
  delayMs: number;
}

/** Engine.IO's pings come every 7.5 s; after 5 s more the server is given up. */
const SILENCE_MS = 12_500;
/** A connection that lasted for less was a failure, too. */
const PROVEN_MS = 5_000;

/** How long to wait before the next attempt, in ms: doubling from 1 s to 30 s, of which a random half is kept. */
function retryDelayMs(failures: number): number {
  return Math.min(30_000, 1_000 * 2 ** failures) * (1 - Math.random() / 2);
}

/** Opens a page, which connects until it is closed. */
export function openWirePage({ origin, choose, moved, told, delayMs }: WirePageOptions): WirePage {
  let socket: WebSocket | undefined;
  let timer: NodeJS.Timeout | undefined;
  let failures = 0;
  let isClosed = false;
  const state: {
    at: string | undefined;
    total: number | undefined;
    stale: boolean;
    resumeToken: string | undefined;
  } = {
    at: undefined,
    total: undefined,
    stale: false,
    resumeToken: undefined,
  };
  const page: WirePage = {
    member: randomUUID(),
    get at() {
      return state.at;
    },
    get total() {
      return state.total;
    },
    get stale() {
      return state.stale;
    },
    get resumeToken() {
      return state.resumeToken;
    },
    get isClosed() {
      return isClosed;
    },
    desert() {
      const from = lose();
      connect(choose(from));
    },
    close() {
      if (isClosed) return;
      isClosed = true;
      clearTimeout(timer);
      const going = socket;
      if (going?.readyState === WebSocket.OPEN) {
        going.send('41');
        going.close();
      } else going?.terminate();
      lose();
    },
  };

  /** Forgets the connection. Returns where it was. */
  function lose(): string | undefined {
    const from = state.at;
    socket = undefined;
    state.at = state.total = undefined;
    moved(page, from);
    return from;
  }

  function retry(from: string | undefined): void {
    timer = setTimeout(() => connect(choose(from)), retryDelayMs(failures++));
  }

  function connect({ name, url }: Address): void {
    const ws = new WebSocket(`${url.replace('http', 'ws')}socket.io/?EIO=4&transport=websocket`, {
      origin,
      perMessageDeflate: false,
      skipUTF8Validation: true,
    });
    let heardAt = performance.now();
    let openedAt = Infinity;
    socket = ws;
    clearTimeout(timer);
    timer = setTimeout(function watch() {
      const silentMs = performance.now() - heardAt;
      if (silentMs >= SILENCE_MS) ws.terminate();
      else timer = setTimeout(watch, SILENCE_MS - silentMs);
    }, SILENCE_MS);
    ws.on('error', () => {});
    ws.on('close', () => {
      if (ws !== socket) return;
      clearTimeout(timer);
      if (performance.now() - openedAt >= PROVEN_MS) failures = 0;
      lose();
      retry(name);
    });
    ws.on('message', (data: Buffer) => {
      if (ws !== socket) return;
      heardAt = performance.now();
      const text = data.toString('latin1');
      if (text === '2') ws.send('3');
      else if (text.startsWith('0')) {
        ws.send(`40${JSON.stringify({ v: 1, member: page.member, resume: state.resumeToken })}`);
      } else if (text.startsWith('42["total",')) {
        const [, total, details = {}] = JSON.parse(text.slice(2)) as [
          string,
          number,
          { stale?: boolean; resume?: string }?,
        ];
        state.total = total;
        state.stale = details.stale === true;
        state.resumeToken = details.resume ?? state.resumeToken;
        if (state.at === undefined) {
          state.at = name;
          openedAt = heardAt;
          moved(page, undefined);
        }
        told(page);
      }
    });
  }

  timer = setTimeout(() => connect(choose(undefined)), delayMs);
  return page;
}
