import { describe, expect, it } from 'vitest';
import { createFakeClock } from '@live-online/internal/testing/fake-clock';
import { PEAK_DELAY_MS, SiteEvents } from '../../src/webhooks/site-events.ts';
import type { WebhookEvent } from '../../src/webhooks/webhook-event.ts';

function watch(...thresholds: number[]) {
  const clock = createFakeClock();
  const emitted: WebhookEvent[] = [];
  const events = new SiteEvents({
    clock,
    timeOfDay: () => clock.now(),
    thresholds,
    earlierPeak: (site) => (site === 'known.example' ? 15 : 0),
    emit: (event) => void emitted.push(event),
  });
  const take = () =>
    emitted
      .splice(0)
      .map(({ type, people, threshold, direction }) =>
        [type.replace('site.', ''), people, threshold, direction]
          .filter((part) => part !== undefined)
          .join(' '),
      );
  return { clock, events, take };
}

describe('the events of a site', () => {
  it('[H1] the first member occupies a site, and the last one vacates it', () => {
    const { events, take } = watch();
    for (const total of [1, 2, 1, 0, 0, 3]) events.update('example.org', total);
    expect(take()).toEqual(['occupied 1', 'vacated 0', 'occupied 3']);
  });

  it('[H1] the totals at the start are no events, and later ones are compared with them', () => {
    const { events, take } = watch(5);
    events.setBaseline('example.org', 6);
    events.update('example.org', 7);
    expect(take()).toEqual([]);
    events.update('example.org', 0);
    expect(take()).toEqual(['threshold 0 5 below', 'vacated 0']);
  });

  it('[H2] a threshold is crossed upwards at N, and downwards a tenth lower', () => {
    const { events, take } = watch(20);
    for (const total of [19, 20, 19, 21, 19, 20]) events.update('example.org', total);
    expect(take()).toEqual(['occupied 19', 'threshold 20 20 above']);
    events.update('example.org', 18);
    expect(take()).toEqual(['threshold 18 20 below']);
    for (const total of [19, 18, 20]) events.update('example.org', total);
    expect(take()).toEqual(['threshold 20 20 above']);
  });

  it('[H2] a threshold of one is crossed downwards by the last member', () => {
    const { events, take } = watch(1);
    for (const total of [1, 0]) events.update('example.org', total);
    expect(take()).toEqual(['occupied 1', 'threshold 1 1 above', 'threshold 0 1 below', 'vacated 0']);
  });

  it('[H1] a rise to a new peak is one event, a minute later, with its highest total', () => {
    const { clock, events, take } = watch();
    for (const total of [9, 10, 30, 25]) events.update('example.org', total);
    expect(take()).toEqual(['occupied 9']);
    clock.advance(PEAK_DELAY_MS);
    expect(take()).toEqual(['peak 30']);
    for (const total of [30, 29, 30]) events.update('example.org', total);
    clock.advance(PEAK_DELAY_MS);
    expect(take()).toEqual([]);
  });

  it('[H1] a peak is sent although the site is vacated meanwhile, and stays known', () => {
    const { clock, events, take } = watch();
    for (const total of [12, 0]) events.update('example.org', total);
    clock.advance(PEAK_DELAY_MS);
    expect(take()).toEqual(['occupied 12', 'vacated 0', 'peak 12']);
    events.update('example.org', 11);
    clock.advance(PEAK_DELAY_MS);
    expect(take()).toEqual(['occupied 11']);
    expect(clock.planned).toBe(0);
  });

  it('[H1] a total up to an earlier peak, or that of the start, is no peak', () => {
    const { clock, events, take } = watch();
    events.setBaseline('example.org', 20);
    for (const total of [19, 20]) events.update('example.org', total);
    for (const total of [15, 14]) events.update('known.example', total);
    clock.advance(PEAK_DELAY_MS);
    expect(take()).toEqual(['occupied 15']);
    events.update('example.org', 21);
    events.update('known.example', 16);
    clock.advance(PEAK_DELAY_MS);
    expect(take()).toEqual(['peak 21', 'peak 16']);
  });

  it('[H1] a history that is read later takes back the event that waits, if its peak was higher', () => {
    const { clock, events, take } = watch();
    for (const site of ['a.example', 'b.example', 'c.example']) events.update(site, 12);
    events.addEarlierPeak('a.example', 12);
    events.addEarlierPeak('b.example', 11);
    events.update('c.example', 0);
    events.addEarlierPeak('c.example', 40);
    events.addEarlierPeak('d.example', 30);
    clock.advance(PEAK_DELAY_MS);
    expect(take()).toEqual(['occupied 12', 'occupied 12', 'occupied 12', 'vacated 0', 'peak 12']);
    events.setBaseline('e.example', 20);
    events.addEarlierPeak('e.example', 15);
    for (const [site, total] of [
      ['a.example', 13],
      ['c.example', 40],
      ['d.example', 31],
      ['e.example', 19],
    ] as const) {
      events.update(site, total);
    }
    clock.advance(PEAK_DELAY_MS);
    expect(take()).toEqual(['occupied 40', 'occupied 31', 'peak 13', 'peak 31']);
  });

  it('[H1] a total below ten is no peak, and sites do not mix', () => {
    const { clock, events, take } = watch();
    events.update('example.org', 9);
    events.update('example.com', 11);
    clock.advance(PEAK_DELAY_MS);
    expect(take()).toEqual(['occupied 9', 'occupied 11', 'peak 11']);
  });
});
