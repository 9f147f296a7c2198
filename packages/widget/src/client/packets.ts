import type { ConnectionTarget, Handshake } from './connection.ts';

/** The browser's own WebSocket, or an EventSource that can answer. After `close()` they report no message. */
export type Transport = (WebSocket | EventSource) & {
  send(data: string, sid?: string): void;
  onclose?: unknown;
};

/** What is in the packets of a server. [P6] [P15] */
type Packet = readonly unknown[] & {
  readonly sid: string;
  readonly pingInterval: number;
  readonly pingTimeout: number;
  readonly joined?: boolean;
  readonly heartbeatInterval: number;
  readonly data?: { readonly code?: unknown };
};

/** What a client receives: open, ping, DISCONNECT, an event or CONNECT_ERROR; then the namespace, and JSON. */
const FRAME = /^(0|2|41|4[24])(\/[^,]*,)?(.*)/;
/** A socket without an answer is blocked. A stream may be slow. */
const SOCKET_TIMEOUT_MS = 3_000;
const CONNECT_TIMEOUT_MS = 9_000;
/** A heartbeat that is not between these bounds would flood the server, or overflow a timer. */
const MIN_HEARTBEAT_MS = 999;
const MAX_HEARTBEAT_MS = 1e6;

/**
 * A connection without a library: Engine.IO 4 and Socket.IO 5 over a transport. It ends after an error of the transport,
 * after a malformed packet, and when the server is silent for too long.
 *
 * @param onEvent Called with each event: its name and arguments, not validated.
 * @param open Creates the transport from the address of the socket, or from the handshake as a query; may throw.
 * @returns A function that closes it.
 */
export function openPackets(
  { origin, path, namespace, token }: ConnectionTarget,
  handshake: Handshake,
  onEvent: (event: readonly unknown[]) => void,
  onEnd: (code?: unknown) => void,
  open?: (socketUrl: string, query: string) => Transport,
): () => void {
  const prefix = namespace === '/' ? '' : `${namespace},`;
  const auth = JSON.stringify(handshake);
  const query = `&join=${handshake.v}&${new URLSearchParams(JSON.parse(auth) as Record<string, string>)}`;
  let transport: Transport | undefined;
  let sid: string;
  let silenceTimer: ReturnType<typeof setTimeout>;
  let silenceMs = open ? CONNECT_TIMEOUT_MS : SOCKET_TIMEOUT_MS;
  let heartbeat: ReturnType<typeof setTimeout>;
  let heartbeatMs: number;

  const close = (): void => {
    onEnd = () => {};
    clearTimeout(silenceTimer);
    clearTimeout(heartbeat);
    transport?.close();
  };
  const end = (code?: unknown): void => {
    const report = onEnd;
    close();
    report(code);
  };
  const watch = (): void => {
    clearTimeout(silenceTimer);
    // A proxy that swallows WebSockets will do so again: it counts as two failures.
    silenceTimer = setTimeout(end, silenceMs, 2);
  };
  /** The next heartbeat. A pong is one, too. */
  const waitToBeat = (): void => {
    clearTimeout(heartbeat);
    if (heartbeatMs > MIN_HEARTBEAT_MS && heartbeatMs < MAX_HEARTBEAT_MS)
      heartbeat = setTimeout(answer, heartbeatMs);
  };
  const answer = (): void => {
    waitToBeat();
    transport!.send('3', sid);
  };
  const receive = ({ data }: MessageEvent): void => {
    watch();
    try {
      const [, kind, to = '', json] = FRAME.exec(data as string) ?? [];
      const packet = (json && JSON.parse(json)) as Packet;
      if (kind === '2') answer();
      else if (kind === '0') {
        ({ sid } = packet);
        silenceMs = packet.pingInterval + packet.pingTimeout;
        heartbeatMs = packet.heartbeatInterval;
        waitToBeat();
        if (!packet.joined) transport!.send(`40${prefix}${auth}`);
      } else if (to === prefix) {
        if (kind === '42') onEvent(packet);
        else if (kind) end(packet.data?.code);
      }
    } catch {
      end();
    }
  };

  try {
    // The constructors of browsers throw under some policies.
    const url = `${origin.replace('http', 'ws')}${path}/?EIO=4&transport=websocket${prefix || token ? '' : query}`;
    transport = open ? open(url, query) : new WebSocket(url);
    // An EventSource that is closed does not connect again by itself: the client decides when.
    transport.onerror = transport.onclose = end;
    transport.onmessage = receive;
  } catch {
    // Nothing is called before this function has returned.
    silenceMs = 0;
  }
  watch();
  return close;
}
