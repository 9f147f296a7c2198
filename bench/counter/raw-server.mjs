/**
 * The least that an announcement costs with `ws`: one frame encoded once and sent to every connection. It says a
 * total to all when somebody has arrived, and does nothing else.
 */
import { createServer } from 'node:http';
import { requireOfServer } from '../lib/packages.mjs';
import { serve } from './serve.mjs';

const { Sender, WebSocketServer } = requireOfServer('ws');

const TICK_MS = 50;
const TEXT = { opcode: 1, fin: true, rsv1: false, mask: false, readOnly: false };

const http = createServer();
const wss = new WebSocketServer({ server: http, perMessageDeflate: false });
let announcing;

wss.on('connection', (webSocket) => {
  webSocket.on('error', () => {});
  announcing ??= setTimeout(announce, TICK_MS);
});

function announce() {
  announcing = undefined;
  const frame = Sender.frame(Buffer.from(`42["total",${wss.clients.size}]`), TEXT);
  // `send()` would encode it again for each of them; Socket.IO reaches for the sender in the same way.
  for (const webSocket of wss.clients) webSocket._sender.sendFrame(frame);
}

serve(http);
