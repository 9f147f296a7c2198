/** The counter, and a small site that embeds it and follows every save. */
import { fileURLToPath } from 'node:url';
import { createCounterServer } from '@live-online/server';
import { openPages } from '../common/pages.js';
import { portFrom } from '../common/ports.js';
import { addressTable, run } from '../common/run.js';
import { showTotals } from './totals.js';

const SITE = fileURLToPath(new URL('./site', import.meta.url));
/** The ports in the pages, which are as on any site. Other ports are written into them while they are served. */
const [COUNTER_PORT, SITE_PORT] = [8081, 8080];

await run(async (onEnd) => {
  const port = await portFrom('PORT', COUNTER_PORT);
  const sitePort = await portFrom('SITE_PORT', SITE_PORT);

  const counter = createCounterServer({ port, host: '127.0.0.1' });
  onEnd(() => counter.close());
  await counter.listen();

  const totals = showTotals(counter, process.stdout);
  onEnd(totals.stop);
  const hasOtherPorts = port !== COUNTER_PORT || sitePort !== SITE_PORT;
  const pages = await openPages({
    folder: SITE,
    port: sitePort,
    print: totals.print,
    ...(hasOtherPorts && {
      replacements: [
        [`localhost:${COUNTER_PORT}`, `localhost:${port}`],
        [`:${SITE_PORT}/`, `:${sitePort}/`],
      ],
    }),
  });
  onEnd(pages.close);

  totals.print(
    addressTable([
      ['site', `http://localhost:${sitePort}/`],
      ['another', `http://127.0.0.1:${sitePort}/`, 'the same pages, counted as a site of their own'],
      ['counter', `http://localhost:${port}/`],
    ]),
  );
  totals.print(
    'Open a page in two tabs and watch its lower right corner. Change a file in examples/live-counter/site',
  );
  totals.print('and save it: the page follows. Ctrl-C ends everything.\n');
});
