/** The counter, and an app that embeds it, built by Vite. */
import { fileURLToPath } from 'node:url';
import { createCounterServer } from '@live-online/server';
import { build } from 'vite';
import { createPageServer } from '../common/page-server.js';
import { portFrom } from '../common/ports.js';
import { addressTable, run } from '../common/run.js';

const [CONFIG, DIST] = ['./vite.config.js', './dist'].map((path) =>
  fileURLToPath(new URL(path, import.meta.url)),
);

await run(async (onEnd) => {
  const port = await portFrom('PORT', 8081);
  const sitePort = await portFrom('SITE_PORT', 8080);

  const counter = createCounterServer({ port, host: '127.0.0.1' });
  onEnd(() => counter.close());
  const { url } = await counter.listen();

  // It comes before that in site/.env.
  process.env.VITE_COUNTER_SERVER = url;
  await build({ configFile: CONFIG, logLevel: 'warn' });
  const pages = await createPageServer(DIST, { port: sitePort });
  onEnd(() => pages.close());

  console.log(
    addressTable([
      ['app', `http://localhost:${sitePort}/`],
      ['counter', url],
    ]),
  );
  console.log('Open the app in two tabs. Ctrl-C ends everything.');
});
