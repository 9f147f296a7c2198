/** The counter, and a small site that embeds it and follows every save, as `npm start` runs them. */
import { realpathSync } from 'node:fs';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { createCounterServer } from '@live-online/server';
import { showStatus } from './terminal/status.js';
import { announce } from './terminal/welcome.js';
import { readPort, StartError } from './start-error.js';
import { listenOnLoopback } from './web/loopback.js';
import { openSite } from './web/site.js';

/**
 * @param {object} options
 * @param {number} [options.port] Of the counter; 0 picks a free one.
 * @param {number} [options.sitePort] Of the site; 0 picks a free one.
 * @param {import('node:stream').Writable} [options.out] Where to tell what is going on.
 * @returns {Promise<{ counterUrl: string, siteUrls: string[], close: () => Promise<void> }>}
 * @throws {StartError} Whose message is one line that says what to do.
 */
export async function startLiveCounter({ port = 8081, sitePort = 8080, out = process.stdout } = {}) {
  const counter = createCounterServer({ path: '/' });
  // On both addresses of the loopback, since browsers take `localhost` for either.
  const servers = await listenOnLoopback(port, () => {
    const server = createServer();
    counter.attach(server);
    return server;
  }).catch(async (error) => {
    await counter.close();
    throw StartError.from(error, port, 'PORT');
  });
  const counterPort = servers[0].address().port;
  const closeCounter = async () => {
    for (const server of servers) server.close();
    await counter.close();
  };
  const site = await openSite({ counterPort, sitePort }).catch(async (error) => {
    await closeCounter();
    throw StartError.from(error, sitePort, 'SITE_PORT');
  });

  const counterUrl = `http://localhost:${counterPort}/`;
  const siteUrls = ['localhost', '127.0.0.1'].map((host) => `http://${host}:${site.port}/`);
  announce(out, { counterUrl, siteUrls });
  const status = showStatus(counter, out);
  site.onChange((text) => status.say(text));

  let closing;
  const close = () =>
    (closing ??= (async () => {
      status.stop();
      await Promise.all([site.close(), closeCounter()]);
    })());
  return { counterUrl, siteUrls, close };
}

/**
 * Runs the example as this process: ports from the environment, a clear line and exit code 1 where it cannot
 * start, exit code 0 on SIGINT and SIGTERM.
 *
 * @returns {Promise<() => void>} ends the process as a signal does
 */
export async function runLiveCounter() {
  try {
    const running = await startLiveCounter({
      port: readPort(process.env, 'PORT', 8081),
      sitePort: readPort(process.env, 'SITE_PORT', 8080),
    });
    const end = () => void running.close().then(() => process.exit(0));
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, end);
    return end;
  } catch (error) {
    console.error(error instanceof StartError ? error.message : error);
    process.exit(1);
  }
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  await runLiveCounter();
}
