import { expect, it, onTestFinished, vi } from 'vitest';
import { createSiteToken } from '../../src/index.ts';
import { inEachEngine } from '../helpers/engines.ts';
import { openEvents } from '../helpers/event-client.ts';
import { openPage } from '../helpers/page.ts';
import { openRawClient } from '../helpers/raw-client.ts';

const A = 'https://a.example';
const secret = 'a secret of a site';
const sites = [{ name: 'a.example', tokenSecret: secret }, 'b.example'];
const createToken = (): string => createSiteToken({ site: 'a.example', secret, expiresInMs: 600_000 });

/** A time of day that can be moved on. */
function moveTimeOfDay(): (byMs: number) => void {
  const now = Date.now.bind(Date);
  let moved = 0;
  const spy = vi.spyOn(Date, 'now').mockImplementation(() => now() + moved);
  onTestFinished(() => spy.mockRestore());
  return (byMs) => (moved += byMs);
}

inEachEngine('tokens that expire', (startCounter, engine) => {
  it('[P25] [SEC26] a page with one is counted, and others are rejected with a code', async () => {
    const { counter, url } = await startCounter({ sites });
    await openPage(url, { origin: A, auth: { token: createToken() } }).receives(1);
    await openEvents(url, `join=1&token=${createToken()}`).receives(2);
    await openPage(url, { origin: 'https://b.example' }).receives(1);
    const foreign = createSiteToken({ site: 'b.example', secret });
    for (const auth of [{}, { token: foreign }, { token: secret }]) {
      expect((await openPage(url, { origin: A, auth }).rejection()).data).toEqual({ code: 'token-wrong' });
    }
    expect(await openEvents(url, `join=1&token=${foreign}`).event('rejection')).toMatchObject({
      data: { code: 'token-wrong' },
    });
    expect(counter.stats().rejected).toEqual({ 'token-wrong': 4 });
    expect(counter.total('a.example')).toBe(2);
  });

  it('[P25] [SEC26] an expired one is rejected, and connections that have joined stay', async () => {
    const moveOn = moveTimeOfDay();
    const { counter, url } = await startCounter({ sites });
    const token = createToken();
    const first = openPage(url, { origin: A, auth: { token } });
    await first.receives(1);
    moveOn(700_000);
    expect((await openPage(url, { origin: A, auth: { token } }).rejection()).data).toEqual({
      code: 'token-expired',
    });
    const stream = openEvents(url, `join=1&token=${token}`);
    expect(await stream.event('rejection')).toMatchObject({ data: { code: 'token-expired' } });
    await stream.closed();
    // A page that is loaded later has a new token.
    await openPage(url, { origin: A, auth: { token: createToken() } }).receives(2);
    await first.receives(2);
    expect(counter.stats().rejected).toEqual({ 'token-expired': 2 });
  });

  it('[P25] [SEC26] the script has no first total, and a handshake in the query joins no connection', async () => {
    const { counter, url } = await startCounter({ sites });
    await openPage(url, { origin: A, auth: { token: createToken() } }).receives(1);
    const script = await fetch(url, { headers: { Origin: A } });
    expect(script.headers.get('server-timing')).toBeNull();
    await script.text();
    const query = `join=1&member=member-1&token=${createToken()}`;
    const client = await openRawClient(url, { origin: A, query, join: false });
    client.send('40');
    await client.receives(/^44.*"token-wrong"/);
    expect(counter.total('a.example')).toBe(1);
    expect(engine === 'lean' && client.received[0]!.includes('joined')).toBe(false);
  });
});
