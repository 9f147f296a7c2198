import { readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startRedis } from '../../packages/server/test/helpers/redis.ts';
import { chromiumBrowser } from '../helpers/browsers.ts';
import { recipe } from '../helpers/counter.ts';
import { startServer } from '../helpers/counter-servers.ts';
import { need } from '../helpers/needs.ts';
import { startNginx } from '../helpers/nginx.ts';
import { serverFolder } from '../helpers/readme.ts';
import { startSite } from '../helpers/site.ts';
import { visit, type Visitor } from '../helpers/visitor.ts';

const oldest = (name: string): Buffer =>
  gunzipSync(readFileSync(new URL(`oldest-release/${name}.gz`, import.meta.url)));
const newestWidget = readFileSync(new URL('../../packages/widget/dist/live-online.js', import.meta.url));

/** Writes the oldest server to where it can import the packages that it requires. */
async function writeOldestServer(): Promise<string> {
  const file = join(serverFolder, `oldest-server-${process.pid}.tmp.mjs`);
  onTestFinished(() => rm(file, { force: true }));
  await writeFile(file, oldest('server.mjs'));
  return pathToFileURL(file).href;
}

/** What the browser itself writes: of lost connections, and of the widget's second file, which the oldest server does not have. */
const networkProblem = /WebSocket|live-online\.more\.js|Failed to load resource/;

describe('the oldest supported build and the newest', () => {
  need('Chromium');

  it.each([
    ['widget', 'server', { widget: oldest('live-online.js'), getModule: () => Promise.resolve(undefined) }],
    ['server', 'widget', { widget: newestWidget, getModule: writeOldestServer }],
  ])(
    '[P8] the oldest %s with the newest %s: the number is shown, and stays right while servers drain and restart',
    async (_oldest, _newest, { widget, getModule }) => {
      const [redis, module] = await Promise.all([startRedis(), getModule()]);
      const options = { redisUrl: redis.url, drainDurationMs: 500, ...(module !== undefined && { module }) };
      const start = (name: string, port = 0) => startServer({ ...options, name, port });
      const [a, b] = await Promise.all([start('a'), start('b')]);
      const balancer = await startNginx([a.port, b.port]);
      const site = await startSite({ '/': recipe(balancer.url) });
      const context = await chromiumBrowser.getContext();
      const script = { contentType: 'text/javascript', body: widget };
      await context.route(balancer.url, (route) => route.fulfill(script));
      onTestFinished(() => context.unroute(balancer.url));

      const visitors: Visitor[] = [];
      for (let n = 1; n <= 4; n++) {
        visitors.push(await visit(context, site.at('localhost')));
        for (const visitor of visitors) await visitor.sees(n);
      }
      await a.end();
      for (const visitor of visitors) await visitor.sees(4);
      const restarted = await start('a', a.port);
      await b.end();
      for (const visitor of visitors) await visitor.sees(4);
      for (const visitor of visitors) {
        const seen = await visitor.seen();
        // No other number while servers drained, although each page has connected twice more.
        expect(seen.slice(seen.indexOf('4'))).toEqual(['4']);
        expect(visitor.problems.filter((text) => !networkProblem.test(text))).toEqual([]);
      }

      await restarted.kill();
      await start('a', a.port);
      for (const visitor of visitors) await visitor.sees(4);
      await visitors.pop()!.page.goto('about:blank');
      for (const visitor of visitors) await visitor.sees(3);
    },
  );
});
