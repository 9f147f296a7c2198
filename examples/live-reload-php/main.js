/** PHP's built-in server, and the reload tool in front of it: one command, one Ctrl-C. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { createReloadServer, ReloadServerError } from '@live-online/reload';

const SITE = fileURLToPath(new URL('./site', import.meta.url));

/** A port that nobody listens on at the moment: PHP cannot be told to pick one. */
async function findFreePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
}

const phpPort = await findFreePort();
// With opcache, PHP would look at a template it has compiled every two seconds only.
const fresh = ['-d', 'opcache.revalidate_freq=0'];
// What is wrong in a page is shown in that page.
const php = spawn('php', ['-d', 'display_errors=1', ...fresh, '-S', `127.0.0.1:${phpPort}`, '-t', SITE], {
  stdio: 'ignore',
});
php.on('error', () => {
  console.error(
    'This example needs PHP: "apt-get install php-cli" or https://www.php.net/downloads, then again.',
  );
  process.exit(1);
});
await once(php, 'spawn');

const reload = createReloadServer({
  proxy: `http://127.0.0.1:${phpPort}`,
  watch: [SITE],
  port: Number(process.env.PORT ?? 8080),
});
const end = async () => {
  php.kill();
  await reload.close();
  process.exit(0);
};
process.once('SIGINT', end);
process.once('SIGTERM', end);
reload.on('warning', (text) => console.log(`Note: ${text}`));
reload.on('update', ({ files, pages }) => {
  console.log(`${files.join(', ')}: ${pages.reload} reloaded, ${pages.apply} swapped in place`);
});
try {
  const { url } = await reload.listen();
  console.log(`PHP's pages, reloaded on every save: ${url}`);
} catch (error) {
  php.kill();
  console.error(error instanceof ReloadServerError ? error.message : error);
  process.exit(1);
}
