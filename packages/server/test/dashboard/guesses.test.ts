import { describe, expect, it, vi } from 'vitest';
import { cookieOf, serveDashboard, ADMIN_TOKEN } from '../helpers/dashboard.ts';
import { startCounter } from '../helpers/counter.ts';

const SAME_ORIGIN = { 'sec-fetch-site': 'same-origin' };
/** Far more attempts than an address has, also on a slow machine. */
const MOST = 40;

describe('guesses of the admin token', () => {
  it('[D5] [SEC47] an address cannot be invented: without a trusted proxy its header is ignored', async () => {
    const { url } = await startCounter({ adminToken: ADMIN_TOKEN });
    expect(await guessUntilLimited(url, (times) => `192.0.2.${times}`)).toBeLessThan(MOST);
  });

  it('[D5] [SEC47] behind a trusted proxy only the address that the proxy has added counts', async () => {
    const { url } = await startCounter({ adminToken: ADMIN_TOKEN, trustProxy: ['loopback'] });
    // A client writes the first address, and has a network of its own.
    const addresses = (times: number): string => `198.51.100.${times}, 2001:db8::${times}`;
    expect(await guessUntilLimited(url, addresses)).toBeLessThan(MOST);
    expect(await guess(url, '203.0.113.7', ADMIN_TOKEN)).toBe(303);
  });

  it('[A7] [SEC47] others at the address of the admin cannot use up the requests of the dashboard', async () => {
    const { url } = await startCounter({ adminToken: ADMIN_TOKEN, maxPerAddress: 100 });
    const read = async (headers: Record<string, string> = {}): Promise<number> =>
      (await fetch(`${url}v1/sites`, { headers })).status;
    const signedIn = await fetch(`${url}dashboard/login`, {
      method: 'POST',
      redirect: 'manual',
      body: new URLSearchParams({ token: ADMIN_TOKEN }),
      headers: SAME_ORIGIN,
    });
    // A rejected cookie costs 20 of the 120 requests.
    await vi.waitFor(async () => expect(await read({ cookie: 'live_online_session=1.x' })).toBe(429), {
      timeout: 20_000,
    });
    expect(await read({ cookie: cookieOf(signedIn) })).toBe(200);
    expect(await read({ authorization: `Bearer ${ADMIN_TOKEN}` })).toBe(200);
  });

  it('[D5] [SEC47] pages of other sites cannot use up the attempts of their visitors', async () => {
    const { link, send, signIn } = await serveDashboard();
    const from = { 'X-Test-Address': '192.0.2.1' };
    for (const dest of ['image', 'iframe', 'script', 'style', 'empty', 'object', 'fetch', '']) {
      for (let times = 0; times < 2; times++) {
        const answer = await send('login?token=wrong', { headers: { ...from, 'sec-fetch-dest': dest } });
        expect([dest, answer.status, cookieOf(answer)]).toEqual([dest, 403, '']);
      }
      const foreign = await signIn('wrong', { ...from, 'Sec-Fetch-Site': 'cross-site' });
      expect(foreign.status).toBe(403);
    }
    for (const site of ['cross-site', 'same-site']) {
      for (let times = 0; times < 6; times++) {
        const tab = { ...from, 'sec-fetch-dest': 'document', 'sec-fetch-site': site };
        expect((await send('login?token=wrong', { headers: tab })).status).toBe(403);
      }
    }
    expect((await signIn(ADMIN_TOKEN, from)).status).toBe(303);
    // The code of a link that is embedded stays valid for the tab.
    const once = link();
    const open = (dest: string) =>
      fetch(once, { redirect: 'manual', headers: { ...from, 'sec-fetch-dest': dest } });
    expect((await open('iframe')).status).toBe(403);
    expect((await open('document')).status).toBe(303);
  });
});

/** How many guesses are answered, each from another address as its client says. */
async function guessUntilLimited(url: string, addressOf: (times: number) => string): Promise<number> {
  for (let times = 0; times < MOST; times++) if ((await guess(url, addressOf(times))) === 429) return times;
  return MOST;
}

async function guess(url: string, forwardedFor: string, token = 'wrong'): Promise<number> {
  const answer = await fetch(`${url}dashboard/login`, {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams({ token }),
    headers: {
      ...SAME_ORIGIN,
      'x-forwarded-for': forwardedFor,
      forwarded: `for=${forwardedFor.split(',')[0]}`,
    },
  });
  return answer.status;
}
