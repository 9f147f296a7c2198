import { describe, expect, it } from 'vitest';
import { createFakeClock } from '@live-online/internal/testing/fake-clock';
import { MissedUpdates } from '../../src/livereload/missed-updates.ts';

const CLIENT = { address: '127.0.0.1', userAgent: 'Firefox', url: 'http://localhost:3000/' };

describe('updates that a client has missed', () => {
  it('[R22] are those between its loss and its return', () => {
    const missed = new MissedUpdates(createFakeClock().now);
    missed.recordUpdate();
    missed.recordLost(CLIENT);
    expect(missed.takeReturned(CLIENT)).toBe(false);
    missed.recordLost(CLIENT);
    missed.recordUpdate();
    expect(missed.takeReturned({ ...CLIENT, url: 'http://localhost:3000/other' })).toBe(false);
    expect(missed.takeReturned(CLIENT)).toBe(true);
    expect(missed.takeReturned(CLIENT)).toBe(false);
  });

  it('[R22] are forgotten after an hour, and for more than 100 clients', () => {
    const clock = createFakeClock();
    const missed = new MissedUpdates(clock.now);
    missed.recordLost(CLIENT);
    missed.recordUpdate();
    clock.advance(3_600_001);
    expect(missed.takeReturned(CLIENT)).toBe(false);
    for (let index = 0; index <= 100; index++) missed.recordLost({ ...CLIENT, url: String(index) });
    missed.recordUpdate();
    expect([
      missed.takeReturned({ ...CLIENT, url: '0' }),
      missed.takeReturned({ ...CLIENT, url: '1' }),
    ]).toEqual([false, true]);
  });
});
