import { randomUUID } from 'node:crypto';
import { WebSocket } from 'ws';

/** A server that a page can connect to. */
export interface Address {
  /** Its name in the test. Pages read the name of the server from the resume token. */
  readonly name: string;
  readonly url: string;
}

/** A page as a server sees it: what the widget does, on a bare WebSocket. One process can run thousands. */
export interface WirePage {
  readonly member: string;
  /** The address that it is connected to; `undefined` while there is none. */
  readonly at: string | undefined;
  /** The newest total that it has received on this connection, and whether that was stale. */
  readonly total: number | undefined;
  readonly stale: boolean;
  /** The newest resume token. */
  readonly resumeToken: string | undefined;
  readonly isClosed: boolean;
  /** Abandons its connection without closing it, as after a missed heartbeat, and connects to another address at once. */
  abandon(): void;
  /** Closes it for good. */
  close(): void;
}

export interface WirePageOptions {
  origin: string;
  /** The address to connect to after `from` has failed. */
  choose: (from: string | undefined) => Address;
  /** It was accepted, has lost its connection, or is closed. */
  moved: (page: WirePage, from: string | undefined) => void;
  /** It has received a total. */
  received: (page: WirePage) => void;
  /** How long it waits before the first attempt, in ms. */
  delayMs: number;
}

/** Engine.IO sends a ping every 7.5 s, and waits 5 s longer. */
const HEARTBEAT_TIMEOUT_MS = 12_500;
/** A connection that ends earlier is a failure, too. */
const PROVEN_MS = 5_000;

/** How long to wait before the next attempt, in ms: doubling from 1 s to 30 s, less a random part of up to a half. */
function retryDelayMs(failures: number): number {
  return Math.min(30_000, 1_000 * 2 ** failures) * (1 - Math.random() / 2);
}

/** Opens a page, which connects until it is closed. */
export function openWirePage({ origin, choose, moved, received, delayMs }: WirePageOptions): WirePage {
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
    abandon() {
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

  /** Drops the connection. Returns its address. */
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
    let receivedAt = performance.now();
    let openedAt = Infinity;
    socket = ws;
    clearTimeout(timer);
    timer = setTimeout(function watch() {
      const silentMs = performance.now() - receivedAt;
      if (silentMs >= HEARTBEAT_TIMEOUT_MS) ws.terminate();
      else timer = setTimeout(watch, HEARTBEAT_TIMEOUT_MS - silentMs);
    }, HEARTBEAT_TIMEOUT_MS);
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
      receivedAt = performance.now();
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
          openedAt = receivedAt;
          moved(page, undefined);
        }
        received(page);
      }
    });
  }

  timer = setTimeout(() => connect(choose(undefined)), delayMs);
  return page;
}
