/** The recipe with Redis: a counter key per site, and a new total to all clients whenever one connects or disconnects. */
import { createServer } from 'node:http';
import { requireOfServer } from '../lib/packages.mjs';
import { serveAs } from '../counter/serve.mjs';

const { Server } = requireOfServer('socket.io');
const { createClient } = requireOfServer('redis');

const CHANNEL = 'totals';

serveAs(async (redisUrl) => {
  const http = createServer();
  // The client process receives millions of messages, so that it answers pings late. That must not close connections.
  const io = new Server(http, { cors: { origin: '*' }, pingTimeout: 300_000 });
  const redis = await createClient({ url: redisUrl }).connect();
  const subscriber = await redis.duplicate().connect();
  await subscriber.subscribe(CHANNEL, (message) => {
    const { site, total } = JSON.parse(message);
    io.to(site).emit('total', total);
  });

  io.on('connection', (socket) => {
    const site = String(socket.handshake.headers.origin);
    const change = async (by) => {
      const total = await redis.incrBy(`count:${site}`, by);
      await redis.publish(CHANNEL, JSON.stringify({ site, total }));
    };
    void socket.join(site);
    void change(1);
    socket.on('disconnect', () => void change(-1));
  });

  await new Promise((resolve) => http.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${http.address().port}/`;
});
