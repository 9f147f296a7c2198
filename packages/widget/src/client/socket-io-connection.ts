import { Manager, WebSocket as WebSocketTransport } from 'socket.io-client';
import type { Connect } from './connection.ts';

/** The frames that a counter's server sends: open, ping, CONNECT, DISCONNECT, an event, CONNECT_ERROR. */
const FRAME = /^(0{|2|4(1|[02].*[{[]|4[^{]*{"message":"))/;

/**
 * socket.io-client's WebSocket without the frames that a counter's server never sends. The library throws on some
 * malformed frames, and the error would be uncaught in the page.
 */
class FilteredWebSocket extends WebSocketTransport {
  override onData(data: string): void {
    try {
      if (FRAME.test(data)) super.onData(data);
    } catch {
      this.onError('', data);
    }
  }
}

/** A connection by socket.io-client, over WebSocket alone and with a manager of its own. */
export const connectSocketIo: Connect = (target, handshake, onTotal, onEnd) => {
  const manager = new Manager(target.origin, {
    path: target.path,
    transports: [FilteredWebSocket],
    // A hostile server may offer hundreds of other transports, and the library would try each of them.
    upgrade: false,
    reconnection: false,
    timeout: 9_000,
  });
  const socket = manager.socket(target.namespace, { auth: handshake });
  const close = (): void => {
    socket.off();
    socket.disconnect();
  };
  const end = (cause: { data?: { code?: unknown } } | string): void => {
    close();
    onEnd((cause as { data?: { code?: unknown } }).data?.code);
  };
  socket.on('total', onTotal);
  socket.on('disconnect', end);
  socket.on('connect_error', end);
  return close;
};
