/**
 * The least an announcement can cost: `ws`, one frame encoded once, written to every connection. It says a
 * total to all whenever somebody arrives, and does nothing else.
 */
import { createServer } from 'node:http';
import { requireOfServer } from '../lib/packages.mjs';
import { serve } from './serve.mjs';

const { WebSocketServer } = requireOfServer('ws');

const TEXT_FRAME = 0x81;
const wss = new WebSocketServer({ noServer: true, perMessageDeflate: false });
const http = createServer();
const connections = new Set();
// While the crowd comes in it is told once a tick; a single newcomer later on is told at once.
let announcing;

http.on('upgrade', (request, socket, head) => {
  wss.handleUpgrade(request, socket, head, (webSocket) => {
    connections.add(socket);
    webSocket.on('close', () => connections.delete(socket));
    webSocket.on('error', () => {});
    announcing ??= setTimeout(announce, 50);
  });
});

function announce() {
  announcing = undefined;
  const payload = Buffer.from(`42["total",${connections.size}]`);
  const frame = Buffer.concat([Buffer.from([TEXT_FRAME, payload.length]), payload]);
  for (const socket of connections) socket.write(frame);
}

serve(http);
