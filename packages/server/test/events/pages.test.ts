import { describe, expect, it, vi } from 'vitest';
import { startCounter } from '../helpers/counter.ts';
import { openEvents } from '../helpers/event-client.ts';

const SITE = 'a.example';

describe('pages and tabs of server-sent events', () => {
  it('[C2] are in the query of a stream, and its count follows the total', async () => {
    const { counter, url } = await startCounter();
    const client = openEvents(url, 'join=1&member=member-1&page=%2Fblog%2F&tabs=3');
    await vi.waitFor(() =>
      expect(client.events.map(({ data }) => data).slice(1)).toEqual([
        ['total', 1],
        ['page', 1],
      ]),
    );
    expect(counter.count(SITE)).toEqual({ people: 1, tabs: 3 });
    // Another stream of the member, as after a change of the page.
    const next = openEvents(url, 'join=1&member=member-1&page=%2F');
    await next.event('open');
    await client.closed();
    expect(counter.count(SITE)).toEqual({ people: 1, tabs: 1 });
    expect([...counter.pages(SITE).pages]).toEqual([['/', 1]]);
  });

  it.each(['page=blog', 'tabs=0', 'tabs=x', 'tabs='])('[C11] a stream with %s is rejected', async (query) => {
    const { url } = await startCounter();
    const rejection = await openEvents(url, `join=1&${query}`).event('rejection');
    expect(rejection).toMatchObject({ data: { code: 'handshake-invalid' } });
  });
});
