import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { boundedWebSockets } from '@live-online/internal/bounded-web-sockets';
import { isSameSecret } from '@live-online/internal/same-secret';
import { parseSyncMessage, parseSyncToken, type SyncParts } from './sync-message.ts';

/** Passes what one page does to all others. [R23] */
export interface SyncChannel {
  /** Handles an upgrade that the request guard has accepted. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  close(): void;
}

/** The client sends at most 20 messages a second. */
const PACKETS = { burst: 60, perSecond: 30 };
const MAX_MESSAGE_BYTES = 8 << 10;
const MAX_WAITING_BYTES = 256 << 10;
const CLOSE_TIMEOUT_MS = 2_000;
const TOKEN_TIMEOUT_MS = 5_000;

export function createSyncChannel(token: string, parts: SyncParts): SyncChannel {
  const members = new Set<WebSocket>();
  const bounds = { maxWaitingBytes: MAX_WAITING_BYTES, packets: PACKETS, closeTimeoutMs: CLOSE_TIMEOUT_MS };
  const sockets = new (boundedWebSockets({ ...bounds, onTerminated() {} }))({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: MAX_MESSAGE_BYTES,
  });

  sockets.on('connection', (socket) => {
    const timer = setTimeout(() => socket.terminate(), TOKEN_TIMEOUT_MS);
    socket.on('error', () => socket.terminate());
    socket.on('close', () => {
      clearTimeout(timer);
      members.delete(socket);
    });
    socket.on('message', (data, isBinary) => {
      if (isBinary || !Buffer.isBuffer(data)) return socket.close(1003);
      const text = data.toString();
      if (!members.has(socket)) {
        const sent = parseSyncToken(text);
        // The page has the token of another project: it does not try again.
        if (sent === undefined || !isSameSecret(sent, token)) return socket.close(1008);
        clearTimeout(timer);
        members.add(socket);
        socket.send('{"ready":true}');
        return;
      }
      const message = parseSyncMessage(text, parts);
      if (!message) return;
      const passed = JSON.stringify(message);
      for (const member of members) if (member !== socket) member.send(passed);
    });
  });

  return {
    upgrade(request, socket, head) {
      sockets.handleUpgrade(request, socket, head, (client) => sockets.emit('connection', client, request));
    },
    close() {
      for (const client of sockets.clients) client.terminate();
    },
  };
}
