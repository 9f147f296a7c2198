/**
 * The cheapest counter with `ws` that does the same job: a client gets its first total at once, and in each tick one frame
 * that is encoded once is sent to every connection. There is no heartbeat, no limit and no admission.
 */
import { createServer } from 'node:http';
import { requireOfServer } from '../lib/packages.mjs';
import { serve } from './serve.mjs';

const { Sender, WebSocketServer } = requireOfServer('ws');

/** The same as Live Online's minimum update interval. */
const TICK_MS = 100;
const TEXT = { opcode: 1, fin: true, rsv1: false, mask: false, readOnly: false };

const http = createServer();
const wss = new WebSocketServer({ server: http, perMessageDeflate: false });
const { clients } = wss;
let tick;

wss.on('connection', (webSocket) => {
  webSocket.on('error', () => {});
  webSocket.on('close', changed);
  webSocket._sender.sendFrame(encodeTotal());
  changed();
});

function changed() {
  tick ??= setTimeout(broadcast, TICK_MS);
}

function broadcast() {
  tick = undefined;
  const frame = encodeTotal();
  // `send()` would encode it again for each of them. Socket.IO uses the sender in the same way.
  for (const webSocket of clients) webSocket._sender.sendFrame(frame);
}

function encodeTotal() {
  return Sender.frame(Buffer.from(`42["total",${clients.size}]`), TEXT);
}

serve(http);
