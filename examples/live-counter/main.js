/** The counter with its dashboard, a small site that embeds it and follows every save, and a simulated crowd. */
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { createCounterServer, createLoginLink } from '@live-online/server';
import { openPages } from '../common/pages.js';
import { freePort, portFrom } from '../common/ports.js';
import { addressTable, run } from '../common/run.js';
import { openCrowdControl } from './crowd-control.js';
import { createCrowd, SIMULATED_SITES } from './crowd.js';
import { showTotals } from './totals.js';

const SITE = fileURLToPath(new URL('./site', import.meta.url));
/** The ports in the pages, which are as on any site. Other ports are written into them while they are served. */
const [COUNTER_PORT, SITE_PORT, CONTROL_PORT] = [8081, 8080, 8082];
/** The site has several names on this machine. */
const OWN_HOST = /^http:\/\/(127\.0\.0\.1|([\w-]+\.)*localhost):\d+$/;
/** How many visitors are simulated at the start. */
const FIRST_VISITORS = 160;

await run(async (onEnd) => {
  const port = await portFrom('PORT', COUNTER_PORT);
  const sitePort = await portFrom('SITE_PORT', SITE_PORT);

  const controlPort = await freePort(CONTROL_PORT);

  const adminToken = randomBytes(24).toString('base64url');
  // Public, so that the badges on the page with all looks and the API work without a token.
  const counter = createCounterServer({ port, host: '127.0.0.1', adminToken, publicSites: ['*'] });
  onEnd(() => counter.close());
  await counter.listen();
  const createLink = () => createLoginLink(`http://localhost:${port}/`, adminToken);

  const totals = showTotals(counter, process.stdout, SIMULATED_SITES);
  onEnd(totals.stop);
  const crowd = createCrowd(port);
  onEnd(crowd.close);
  crowd.target = FIRST_VISITORS;
  const control = await openCrowdControl({
    port: controlPort,
    isOwnOrigin: (origin) => OWN_HOST.test(origin) && origin.endsWith(`:${sitePort}`),
    crowd,
    createLink,
  });
  onEnd(control.close);
  const hasOtherPorts = port !== COUNTER_PORT || sitePort !== SITE_PORT || controlPort !== CONTROL_PORT;
  const pages = await openPages({
    folder: SITE,
    port: sitePort,
    print: totals.print,
    ...(hasOtherPorts && {
      replacements: [
        [`localhost:${COUNTER_PORT}`, `localhost:${port}`],
        [`:${SITE_PORT}/`, `:${sitePort}/`],
        [`localhost:${CONTROL_PORT}`, `localhost:${controlPort}`],
      ],
    }),
  });
  onEnd(pages.close);

  totals.print(
    addressTable([
      ['site', `http://localhost:${sitePort}/`],
      ['another', `http://127.0.0.1:${sitePort}/`, 'the same pages, counted as a site of their own'],
      ['counter', `http://localhost:${port}/`],
      ['looks', `http://localhost:${port}/embed`, 'every look of the number, and its code'],
      ['dashboard', createLink(), 'signs in once'],
    ]),
  );
  totals.print(
    `The dashboard shows ${FIRST_VISITORS} simulated visitors of made-up sites; the first page of the site changes how many.`,
  );
  totals.print(
    'Open a page in two tabs and watch its lower right corner. Change a file in examples/live-counter/site',
  );
  totals.print('and save it: the page follows. Ctrl-C ends everything.\n');
});
