/** Socket.IO without an application, with Live Online's heartbeat: the cost of a connection alone. */
import { createServer } from 'node:http';
import { requireOfServer } from '../lib/packages.mjs';
import { serve } from './serve.mjs';

const { Server } = requireOfServer('socket.io');

const HEARTBEAT = { pingInterval: 7_500, pingTimeout: 5_000 };

const http = createServer();
new Server(http, { transports: ['websocket'], serveClient: false, ...HEARTBEAT });

serve(http);
