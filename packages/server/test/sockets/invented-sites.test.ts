import { describe, expect, it, vi } from 'vitest';
import { startCounter } from '../helpers/counter.ts';
import { inEachEngine } from '../helpers/engines.ts';
import { openPage } from '../helpers/page.ts';
import { upgrade, type Upgraded } from '../helpers/upgrade.ts';
import { startWorkers } from '../helpers/workers.ts';

/** Addresses that each come with more made-up Origins than they are let open. */
const ATTACKERS = 10;
const ORIGINS = 30;
const limits = { trustProxy: ['loopback'], maxSites: 100, maxSitesPerAddress: 9 };

const from = (address: string): string[] => [`X-Forwarded-For: ${address}`];

async function attack(port: number): Promise<Upgraded[]> {
  const attempts = Array.from({ length: ATTACKERS * ORIGINS }, (_, i) =>
    upgrade(port, `https://made-up-${i}.example`, from(`203.0.113.${i % ATTACKERS}:${40_000 + i}`)),
  );
  return Promise.all(attempts);
}

const isIn = ({ status }: Upgraded): boolean => status === 101;

inEachEngine('made-up Origins', (startCounter) => {
  it('[C11] [SEC24] fill only a share of the sites for each address, and new clients are admitted', async () => {
    const { counter, port, url } = await startCounter(limits);
    const reached: unknown[] = [];
    counter.on('limit', (details) => reached.push(details));
    const attempts = await attack(port);
    const held = ATTACKERS * limits.maxSitesPerAddress;
    expect(attempts.filter(isIn)).toHaveLength(held);
    expect(counter.stats().rejected).toEqual({ maxSitesPerAddress: attempts.length - held });
    expect(reached).toEqual([
      { limit: 'maxSitesPerAddress', address: expect.stringMatching(/^203\.0\.113\.\d$/) },
    ]);
    // A site without members, from an address of its own and from this machine.
    const headers = { 'x-forwarded-for': '198.51.100.1' };
    await openPage(url, { origin: 'https://new.example', headers }).receives(1);
    await openPage(url, { origin: 'https://mine.example' }).receives(1);
    // Clients with the attacker's address may connect to open sites.
    const neighbour = { 'x-forwarded-for': '203.0.113.1' };
    await openPage(url, { origin: 'https://new.example', headers: neighbour }).receives(2);
    // Their sites are released when they have left.
    for (const { leave } of attempts) leave();
    await vi.waitFor(async () => {
      expect(isIn(await upgrade(port, 'https://another.example', from('203.0.113.1')))).toBe(true);
    });
  });
});

describe('made-up Origins', () => {
  it('[C11] limits hold for matches of a wildcard, and not for sites that the list names', async () => {
    const sites = ['example.org', 'www.example.org=example.org', '*.example.org'];
    const { counter, port } = await startCounter({ ...limits, maxSitesPerAddress: 1, maxSites: 1, sites });
    const come = async (host: string): Promise<boolean> =>
      isIn(await upgrade(port, `https://${host}`, from('203.0.113.1')));
    expect(await come('a.example.org')).toBe(true);
    expect(await come('b.example.org')).toBe(false);
    expect(await come('www.example.org')).toBe(true);
    expect(await come('example.org')).toBe(true);
    expect(counter.stats().rejected).toEqual({ maxSitesPerAddress: 1 });
  });

  it('[C11, S8] [SEC24] fill only that share over several workers', { timeout: 60_000 }, async () => {
    const { workers, port } = await startWorkers({ workers: 2, options: limits });
    const attempts = await attack(port);
    const held = ATTACKERS * limits.maxSitesPerAddress;
    expect(attempts.filter(isIn)).toHaveLength(held);
    expect(isIn(await upgrade(port, 'https://new.example', from('198.51.100.1')))).toBe(true);
    await vi.waitFor(() =>
      expect(workers.stats().rejected).toEqual({ maxSitesPerAddress: attempts.length - held }),
    );
  });
});
