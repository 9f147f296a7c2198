/** A well-written counter with Socket.IO: WebSocket only, and one emit to the room in each tick. */
import { createServer } from 'node:http';
import { requireOfServer } from '../lib/packages.mjs';
import { serve } from './serve.mjs';

const { Server } = requireOfServer('socket.io');

/** The same as Live Online's minimum update interval. */
const TICK_MS = 100;

const http = createServer();
const io = new Server(http, { transports: ['websocket'], serveClient: false, cors: { origin: '*' } });
const totals = new Map();
/** Sites whose total has changed since the last tick. */
const changed = new Set();
let tick;

io.on('connection', (socket) => {
  const site = String(socket.handshake.headers.origin);
  void socket.join(site);
  change(site, 1);
  socket.on('disconnect', () => change(site, -1));
});

function change(site, by) {
  totals.set(site, (totals.get(site) ?? 0) + by);
  changed.add(site);
  tick ??= setTimeout(broadcast, TICK_MS);
}

function broadcast() {
  tick = undefined;
  for (const site of changed) io.to(site).emit('total', totals.get(site));
  changed.clear();
}

serve(http);
