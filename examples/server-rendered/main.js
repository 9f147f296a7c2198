/** The counter and an Express app on one port. React renders the page on the server, with the number in it. */
import { createServer } from 'node:http';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { createCounterServer } from '@live-online/server';
import express from 'express';
import { build } from 'vite';
import { BASE_CSS } from '../common/page-server.js';
import { portFrom } from '../common/ports.js';
import { addressTable, run } from '../common/run.js';

const [CONFIG, BROWSER_FOLDER, SERVER_FOLDER] = ['./vite.config.js', './dist/browser', './dist/server'].map(
  (path) => fileURLToPath(new URL(path, import.meta.url)),
);

await run(async (onEnd) => {
  const port = await portFrom('SITE_PORT', 8080);

  // The same components twice: for browsers, and for the server's render.
  const shared = { configFile: CONFIG, logLevel: 'warn' };
  await build({ ...shared, build: { outDir: BROWSER_FOLDER } });
  await build({ ...shared, build: { outDir: SERVER_FOLDER, ssr: 'render.jsx' } });
  const { render } = await import(pathToFileURL(`${SERVER_FOLDER}/render.js`).href);
  const template = await readFile(`${BROWSER_FOLDER}/index.html`, 'utf8');

  const app = express();
  const server = createServer(app);
  // It serves everything below /live-online/.
  const counter = createCounterServer();
  counter.attach(server);
  onEnd(() => counter.close());

  app.get('/', (request, response) => {
    // The counter is in this process. The number does not include the visitor who asks for the page.
    const total = counter.total(request.hostname);
    response.set('Cache-Control', 'no-store').send(render(template, total));
  });
  app.get('/base.css', (request, response) => response.sendFile(BASE_CSS));
  app.use(express.static(BROWSER_FOLDER, { index: false }));

  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  onEnd(() => {
    server.close();
    server.closeAllConnections();
  });

  console.log(addressTable([['app', `http://localhost:${port}/`]]));
  console.log('Open the app in two tabs, and look at the source of the second one. Ctrl-C ends everything.');
});
