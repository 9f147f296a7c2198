/** Uses a Redis store through its public interface, as a server with many sites does. */
import { redisStore } from '../../packages/server/dist/redis.js';
import { answer } from '../lib/answer.mjs';

let store;
let sites = [];
/** The expected count of the other servers on every site, and the sites that do not have it yet. */
let wanted;
let differing = new Set();
let agreed = () => {};

const siteOf = (index) => `site-${index}.example.org`;

function check(site) {
  if (differing.size === 0 || store.others(site) !== wanted) return;
  differing.delete(site);
  if (differing.size === 0) agreed(performance.timeOrigin + performance.now());
}

answer({
  async open(redisUrl, siteCount) {
    sites = Array.from({ length: siteCount }, (_, index) => siteOf(index));
    store = redisStore(redisUrl);
    await store.open({ changed: check, stale() {}, claimed() {} });
  },
  /**
   * This server now has `count` visitors on every site.
   *
   * @param {number} others How many the other servers together will have on each.
   * @returns {Promise<number>} When it knew this for all sites, in ms since the epoch.
   */
  report(count, others) {
    wanted = others;
    differing = new Set(sites);
    const all = new Promise((resolve) => (agreed = resolve));
    for (const site of sites) store.report(site, count);
    for (const site of sites) check(site);
    return all;
  },
  cpuMs() {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1_000;
  },
  close: () => store.close(),
});
