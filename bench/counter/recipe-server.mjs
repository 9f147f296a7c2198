/** The recipe: a new total to all clients whenever one connects or disconnects. */
import { createServer } from 'node:http';
import { requireOfServer } from '../lib/packages.mjs';
import { serve } from './serve.mjs';

const { Server } = requireOfServer('socket.io');

const http = createServer();
const io = new Server(http, { cors: { origin: '*' } });
const totals = new Map();

io.on('connection', (socket) => {
  const site = String(socket.handshake.headers.origin);
  const change = (by) => {
    const total = (totals.get(site) ?? 0) + by;
    totals.set(site, total);
    io.to(site).emit('total', total);
  };
  void socket.join(site);
  change(1);
  socket.on('disconnect', () => change(-1));
});

serve(http);
