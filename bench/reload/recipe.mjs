/** The simplest reload server: it watches one folder, and every change reloads all pages. */
import { watch } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const [folder, port] = process.argv.slice(2);
const reload = fileURLToPath(new URL('../../packages/reload/package.json', import.meta.url));
const { Server } = createRequire(reload)('socket.io');
const types = { '.html': 'text/html', '.css': 'text/css', '.js': 'text/javascript' };
const client = `<script src="/socket.io/socket.io.min.js"></script><script>io({ transports: ['websocket'] }).on('reload', () => location.reload())</script>`;

const server = createServer(async (request, response) => {
  const path = request.url.split('?')[0];
  const file = join(folder, path === '/' ? 'index.html' : path);
  try {
    const body = await readFile(file);
    response.writeHead(200, { 'Content-Type': types[extname(file)] ?? 'text/plain' });
    response.end(extname(file) === '.html' ? body + client : body);
  } catch {
    response.writeHead(404).end();
  }
});
const io = new Server(server);
watch(folder, () => io.emit('reload'));
server.listen(Number(port), '127.0.0.1');
