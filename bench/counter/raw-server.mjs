/**
 * The cheapest broadcast with `ws`: one frame that is encoded once and sent to every connection. The server sends a
 * total to all after a client has connected, and does nothing else.
 */
import { createServer } from 'node:http';
import { requireOfServer } from '../lib/packages.mjs';
import { serve } from './serve.mjs';

const { Sender, WebSocketServer } = requireOfServer('ws');

const TICK_MS = 50;
const TEXT = { opcode: 1, fin: true, rsv1: false, mask: false, readOnly: false };

const http = createServer();
const wss = new WebSocketServer({ server: http, perMessageDeflate: false });
let broadcasting;

wss.on('connection', (webSocket) => {
  webSocket.on('error', () => {});
  broadcasting ??= setTimeout(broadcast, TICK_MS);
});

function broadcast() {
  broadcasting = undefined;
  const frame = Sender.frame(Buffer.from(`42["total",${wss.clients.size}]`), TEXT);
  // `send()` would encode it again for each of them. Socket.IO uses the sender in the same way.
  for (const webSocket of wss.clients) webSocket._sender.sendFrame(frame);
}

serve(http);
