/** Socket.IO as it comes, with nothing on top: what there is to be paid for being connected. */
import { createServer } from 'node:http';
import { requireOfServer } from '../lib/packages.mjs';
import { serve } from './serve.mjs';

const { Server } = requireOfServer('socket.io');

const http = createServer();
new Server(http, { transports: ['websocket'], serveClient: false });

serve(http);
