/** Socket.IO without an application: the cost of a connection alone. */
import { createServer } from 'node:http';
import { requireOfServer } from '../lib/packages.mjs';
import { serve } from './serve.mjs';

const { Server } = requireOfServer('socket.io');

const http = createServer();
new Server(http, { transports: ['websocket'], serveClient: false });

serve(http);
