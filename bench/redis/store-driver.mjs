/** A store over Redis, driven by its public interface as a server with many sites does it. */
import { redisStore } from '../../packages/server/dist/redis.js';
import { answer } from '../lib/answer.mjs';

let store;
let sites = [];
/** What others are to have on every site, and the sites on which they do not have it yet. */
let wanted;
let due = new Set();
let agreed = () => {};

const siteOf = (index) => `site-${index}.example.org`;

function look(site) {
  if (due.size === 0 || store.others(site) !== wanted) return;
  due.delete(site);
  if (due.size === 0) agreed(performance.timeOrigin + performance.now());
}

answer({
  async open(redisUrl, siteCount) {
    sites = Array.from({ length: siteCount }, (_, index) => siteOf(index));
    store = redisStore(redisUrl);
    await store.open({ changed: look, stale() {}, claimed() {} });
  },
  /**
   * This server now has `count` people on every site.
   *
   * @param {number} others How many all others will have on each.
   * @returns {Promise<number>} When it knew that of all of them, in ms since the epoch.
   */
  report(count, others) {
    wanted = others;
    due = new Set(sites);
    const all = new Promise((resolve) => (agreed = resolve));
    for (const site of sites) store.report(site, count);
    for (const site of sites) look(site);
    return all;
  },
  cpuMs() {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1_000;
  },
  close: () => store.close(),
});
