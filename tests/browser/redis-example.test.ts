import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { describe, expect, it, vi } from 'vitest';
import { chromiumBrowser } from '../helpers/browsers.ts';
import { need } from '../helpers/needs.ts';
import { needNginx } from '../helpers/nginx.ts';
import { needRedis } from '../../packages/server/test/helpers/redis.ts';
import { startFamily } from '../helpers/processes.ts';
import { visit } from '../helpers/visitor.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = `${root}/examples/redis`;

const patient = { timeout: 30_000, interval: 50 };

/** Starts the example by its one command, and waits until it has printed its addresses. */
async function startExample() {
  needRedis();
  needNginx();
  const family = startFamily('npm', ['start', '--silent'], { cwd: folder });
  await vi.waitFor(() => expect(family.output()).toContain('Ctrl-C ends everything'), 90_000);
  const addresses = [...family.output().matchAll(/http:\S+/g)].map(([address]) => address);
  return { ...family, url: addresses[0]!, addresses };
}

/** What the card of a server, or of Redis, shows. */
async function cardOf(page: Page, name: string): Promise<{ state: string; total: string }> {
  const card = page.locator(`.card[data-process="${name}"]`);
  const [state, total] = await Promise.all(
    ['.state', 'output'].map(async (part) => (await card.locator(part).textContent()) ?? ''),
  );
  return { state: state!, total: total! };
}

describe('the example of many servers', () => {
  it('[S5] shows that a server was killed and that the total is right again, and leaves no process behind', async () => {
    const family = await startExample();
    const context = await chromiumBrowser.getContext();
    const tab = await visit(context, family.url);
    const { page } = tab;
    const shows = (cards: Record<string, { state: string; total: string }>): Promise<void> =>
      vi.waitFor(async () => {
        for (const [name, card] of Object.entries(cards)) expect(await cardOf(page, name)).toEqual(card);
      }, patient);

    await page.getByText('Add 10', { exact: true }).click();
    const right = { state: 'running', total: '11' };
    await shows({ a: right, b: right, c: right });
    await tab.sees(11);

    await page.locator('.card[data-process="b"]').getByText('Kill').click();
    await shows({ a: right, b: { state: 'dead', total: '' }, c: right });
    await vi.waitFor(async () => expect(await page.textContent('#connected')).toBe('10'), patient);
    await shows({ a: right, c: right });
    await tab.sees(11);
    await vi.waitFor(async () => expect(await page.textContent('#verdict')).toBe('right'), patient);
    // No visitor was counted twice.
    expect(Math.max(...(await tab.seen()).map(Number))).toBe(11);

    // The keyboard alone starts it again.
    await page.keyboard.press('2');
    await page.keyboard.press('s');
    await shows({ a: right, b: right, c: right });

    expect(tab.problems).toEqual([]);

    const redis = Number(/\d+/.exec((await page.textContent('.card[data-process="redis"] .facts'))!)![0]);
    expect(() => process.kill(redis, 0)).not.toThrow();
    family.child.kill('SIGTERM');
    await once(family.child, 'exit');
    await vi.waitFor(() => expect(family.alive()).toEqual([]));
    // Redis and nginx overwrite their environment, which marks the processes of a command.
    await vi.waitFor(() => expect(() => process.kill(redis, 0)).toThrow('ESRCH'));
    expect(family.addresses).toHaveLength(2);
    for (const address of family.addresses) await expect(fetch(address)).rejects.toThrow('fetch failed');
  });

  it('[S3] its servers may run the documented Redis commands, and no others', () => {
    const [, documented] = /^ACL SETUSER (live-online .*\+publish .*)$/m.exec(
      readFileSync(`${root}/packages/server/README.md`, 'utf8'),
    )!;
    const acl = readFileSync(`${folder}/users.acl`, 'utf8');
    expect(acl).toBe(`user default off\nuser ${documented}\n`);
  });

  it('[S7] has a configuration that HAProxy understands', async () => {
    await promisify(execFile)(need('HAProxy'), ['-c', '-f', `${folder}/balancers/haproxy.cfg`]);
  });
});
