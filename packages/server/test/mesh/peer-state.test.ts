import { describe, expect, it } from 'vitest';
import {
  epochOf,
  isAwaited,
  isStaleRegistration,
  memberOf,
  transition,
  UNKNOWN,
  type Peer,
  type PeerEvent,
} from '../../src/store/mesh/membership/peer-state.ts';
import type { Heartbeat } from '../../src/store/mesh/wire/messages.ts';

const heartbeat = (number: number, epoch = 1): Heartbeat => ({ epoch, number, buckets: new Map() });
const inRegistry = (number: number, epoch = 1): PeerEvent => ({
  type: 'registry',
  heartbeat: heartbeat(number, epoch),
});
const subscribers = (count: number): PeerEvent => ({ type: 'subscribers', count });
const message = (epoch = 1): PeerEvent => ({ type: 'message', epoch });
const linked: PeerEvent = { type: 'linked', awayMs: 0 };
const lease: PeerEvent = { type: 'lease', leaseMs: 8_000 };

/** The state after events, each at its own time in ms. */
function after(...events: readonly (readonly [atMs: number, event: PeerEvent])[]): Peer {
  return events.reduce((peer, [atMs, event]) => transition(peer, event, atMs), UNKNOWN);
}

describe('the state of a peer', () => {
  it.each<[name: string, status: string, ...events: (readonly [number, PeerEvent])[]]>([
    ['in the registry for the first time', 'candidate', [0, inRegistry(1)]],
    ['a candidate whose heartbeat stands still', 'candidate', [0, inRegistry(1)], [9_000, inRegistry(1)]],
    ['a candidate whose heartbeat advances', 'alive', [0, inRegistry(1)], [1, inRegistry(2)]],
    ['a candidate without a subscriber', 'candidate', [0, inRegistry(1)], [1, subscribers(0)]],
    ['a candidate with a subscriber', 'listening', [0, inRegistry(1)], [1, subscribers(1)]],
    ['a candidate when the link comes up', 'unknown', [0, inRegistry(1)], [1, linked]],
    ['a message of an unknown server', 'alive', [0, message()]],
    ['a counted server when the link comes up', 'unconfirmed', [0, message()], [1, linked]],
    ['an unconfirmed one with a subscriber', 'alive', [0, message()], [1, linked], [2, subscribers(1)]],
    [
      'the first heartbeat that is read after the link came up, perhaps the last of a dead server',
      'unconfirmed',
      [0, message()],
      [1, linked],
      [2, inRegistry(5)],
    ],
    [
      'a heartbeat that advances after the first read',
      'alive',
      [0, message()],
      [1, linked],
      [2, inRegistry(5)],
      [3, inRegistry(6)],
    ],
    ['a counted server without a subscriber', 'suspect', [0, message()], [1, subscribers(0)]],
    ['a suspect for 0.7 s', 'evicted', [0, message()], [1, subscribers(0)], [701, subscribers(0)]],
    ['a suspect with a subscriber', 'alive', [0, message()], [1, subscribers(0)], [300, subscribers(1)]],
    ['a suspect with a new heartbeat', 'suspect', [0, message()], [1, subscribers(0)], [2, inRegistry(9)]],
    [
      'an unconfirmed suspect for less than 2.5 s',
      'suspect',
      [0, message()],
      [1, linked],
      [2, subscribers(0)],
      [2_000, subscribers(0)],
    ],
    [
      'an unconfirmed suspect for 2.5 s',
      'evicted',
      [0, message()],
      [1, linked],
      [2, subscribers(0)],
      [2_502, subscribers(0)],
    ],
    ['a heartbeat that stood still for a lease', 'evicted', [0, message()], [8_000, lease]],
    ['a heartbeat that stood still for less', 'alive', [0, message()], [7_999, lease]],
    ['a server that left', 'evicted', [0, message()], [1, { type: 'leave' }]],
  ])('[S5] %s: %s', (_name, status, ...events) => {
    expect(after(...events).state.status).toBe(status);
  });

  it('[S5] an evicted epoch is ignored, and a newer one counts', () => {
    const evicted = after([0, message(3)], [8_000, lease]);
    expect(evicted.eviction).toMatchObject({ epoch: 3, lastEpoch: 3, atMs: 8_000 });
    for (const event of [message(3), inRegistry(9, 3), inRegistry(1, 2)]) {
      expect(transition(evicted, event, 9_000)).toEqual(evicted);
    }
    expect(isStaleRegistration(evicted, 3, 9_000)).toBe(true);
    expect(memberOf(transition(evicted, message(4), 9_000))).toMatchObject({ epoch: 4 });
    expect(transition(evicted, inRegistry(1, 4), 9_000).state.status).toBe('candidate');
  });

  it('[S5] a server that left for good does not return under any epoch', () => {
    const left = after([0, message(3)], [1, { type: 'leave' }]);
    expect(transition(left, message(99), 2)).toEqual(left);
  });

  it('[S5] the time without a link does not count as silence, and a new link does not begin the lease anew', () => {
    const away = after([0, message()], [7_000, { type: 'linked', awayMs: 2_000 }]);
    expect(transition(away, lease, 9_999).state.status).toBe('unconfirmed');
    expect(transition(away, lease, 10_000).state.status).toBe('evicted');
  });

  it('[C7] other servers may count an evicted one for 20 s; it is forgotten after 10 minutes', () => {
    const evicted = after([0, message(3)], [8_000, lease]);
    expect(epochOf(evicted)).toBe(3);
    const old = transition(evicted, { type: 'sweep' }, 28_000);
    expect(epochOf(old)).toBeUndefined();
    expect(transition(old, message(3), 28_001)).toEqual(old);
    expect(transition(old, { type: 'sweep' }, 608_000)).toBe(UNKNOWN);
  });

  it('[C9] totals wait for unconfirmed servers, and for those that listen without a heartbeat', () => {
    expect(isAwaited(after([0, message()]), 1)).toBe(false);
    expect(isAwaited(after([0, message()], [1, linked]), 2)).toBe(true);
    expect(isAwaited(after([0, message()], [1, linked], [2, subscribers(0)]), 3)).toBe(true);
    const listening = after([0, inRegistry(1)], [1, subscribers(1)]);
    expect([isAwaited(listening, 2), isAwaited(listening, 2_501)]).toEqual([false, true]);
    expect(isAwaited(transition(listening, inRegistry(2), 3_000), 3_001)).toBe(false);
  });

  it('[S5] the registration of a candidate is stale after a minute', () => {
    const candidate = after([0, inRegistry(1)]);
    expect(isStaleRegistration(candidate, 1, 59_999)).toBe(false);
    expect(isStaleRegistration(candidate, 1, 60_000)).toBe(true);
  });
});
