import type { Connect, Handshake } from './connection.ts';
import { openTransport } from './transport.ts';

/** What a server sends: open, ping, DISCONNECT, an event or CONNECT_ERROR; then the namespace, and JSON. */
const FRAME = /^(0|2|41|4[24](?=.*[[{]))(\/[^,]*)?,?(.*)/s;
const PONG = '3';
/** A server cannot make a page send more often, or overflow a timer. */
const MIN_HEARTBEAT_MS = 1_000;
const MAX_HEARTBEAT_MS = 60_000;

/** The open packet of Engine.IO. [P14] adds the last two fields. */
interface OpenPacket {
  readonly pingInterval: number;
  readonly pingTimeout: number;
  readonly joined?: boolean;
  readonly heartbeatInterval: number;
}

/** An event, or the object of a CONNECT_ERROR. */
type Packet = readonly unknown[] & { readonly data?: { readonly code?: unknown } };

/** A connection by the browser's own WebSocket, in Engine.IO 4 and Socket.IO 5. */
export const connectWebSocket: Connect = ({ origin, path, namespace }, handshake, onTotal, onEnd) => {
  const isMain = namespace === '/';
  const join = isMain && !handshake.token ? joinQuery(handshake) : '';
  const url = `${origin.replace('http', 'ws')}${path}/?EIO=4&transport=websocket${join}`;
  let heartbeat: ReturnType<typeof setInterval> | undefined;

  return openTransport(
    () => new WebSocket(url),
    ({ data }, end, socket) => {
      const [, type, to = '/', json] = FRAME.exec(data as string) ?? [];
      const answer = (): void => {
        if (socket.readyState > 1) clearInterval(heartbeat);
        else socket.send(PONG);
      };
      if (type === '0') {
        const { joined, heartbeatInterval, pingInterval, pingTimeout } = JSON.parse(json!) as OpenPacket;
        clearInterval(heartbeat);
        if (joined) {
          const ms = Math.min(Math.max(heartbeatInterval, MIN_HEARTBEAT_MS), MAX_HEARTBEAT_MS);
          heartbeat = setInterval(answer, ms);
        } else socket.send(`40${isMain ? '' : `${namespace},`}${JSON.stringify(handshake)}`);
        return pingInterval + pingTimeout;
      }
      if (type === '2') answer();
      else if (to !== namespace) return;
      else if (type === '41') end();
      else if (type) {
        const packet = JSON.parse(json!) as Packet;
        if (type === '44') end(packet.data?.code);
        else if (packet[0] === 'total') onTotal(packet[1], packet[2] as object);
      }
      return;
    },
    onEnd,
  );
};

/** The handshake as the query of an address. */
export function joinQuery({ v, member, resume }: Handshake): string {
  return `&join=${v}&member=${member}${resume ? `&resume=${resume}` : ''}`;
}
