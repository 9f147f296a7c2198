/** PHP's built-in server, and the reload tool in front of it. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { createReloadServer } from '@live-online/reload';
import { ManagedProcess } from '../common/managed-process.js';
import { needPrograms } from '../common/need-programs.js';
import { printUpdates } from '../common/pages.js';
import { freePort, portFrom } from '../common/ports.js';
import { addressTable, run } from '../common/run.js';

const SITE = fileURLToPath(new URL('./site', import.meta.url));
// With opcache, PHP would check a compiled template for changes only every two seconds.
const SETTINGS = ['-d', 'opcache.revalidate_freq=0', '-d', 'display_errors=1'];

await run(async (onEnd) => {
  const [program] = await needPrograms('PHP');
  const port = await portFrom('PORT', 8080);
  const phpPort = await freePort(8000);

  const args = [...SETTINGS, '-S', `127.0.0.1:${phpPort}`, '-t', SITE];
  const php = new ManagedProcess('PHP', () => spawn(program, args, { stdio: 'ignore' }));
  php.start();
  onEnd(() => php.end());

  const reload = createReloadServer({ proxy: `http://127.0.0.1:${phpPort}`, watch: [SITE], port });
  onEnd(() => reload.close());
  printUpdates(reload, (text) => console.log(text));
  const { url } = await reload.listen();
  console.log(addressTable([['page', url]]));
  console.log(
    'Open the page, and save a file in examples/live-reload-php/site: it follows. Ctrl-C ends everything.\n',
  );
});
