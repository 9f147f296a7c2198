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
import { EPOCHS, isNewerEpoch, nextEpoch } from '../../src/store/mesh/wire/bounds.ts';
import type { Heartbeat } from '../../src/store/mesh/wire/messages.ts';

const heartbeat = (number: number, epoch = 1): Heartbeat => ({ epoch, number, buckets: new Map() });
const inRegistry = (number: number, epoch = 1): PeerEvent => ({
  type: 'registry',
  heartbeat: heartbeat(number, epoch),
});
const message = (epoch = 1): PeerEvent => ({ type: 'message', epoch });
const subscribers = (count: number): PeerEvent => ({ type: 'subscribers', count });
const leave = (epoch = 1): PeerEvent => ({ type: 'leave', epoch });
/** A heartbeat that advances: the server is alive from `atMs` on. */
const alive = (epoch = 1, atMs = 0): (readonly [number, PeerEvent])[] => [
  [atMs, inRegistry(1, epoch)],
  [atMs, inRegistry(2, epoch)],
];
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
    [
      'a candidate that is no longer in the registry',
      'unknown',
      [0, inRegistry(1)],
      [1, { type: 'registry', heartbeat: undefined }],
    ],
    ['a candidate when the link comes up', 'unknown', [0, inRegistry(1)], [1, linked]],
    [
      'a candidate whose older heartbeat is written again',
      'candidate',
      [0, inRegistry(5)],
      [1, inRegistry(4)],
    ],
    ['a counted server when the link comes up', 'unconfirmed', ...alive(), [1, linked]],
    [
      'an unconfirmed one in the registry with a subscriber',
      'alive',
      ...alive(),
      [1, linked],
      [2, inRegistry(2)],
      [3, subscribers(1)],
    ],
    [
      'an unconfirmed one with a subscriber that others have removed from the registry',
      'unconfirmed',
      ...alive(),
      [1, linked],
      [2, { type: 'registry', heartbeat: undefined }],
      [3, subscribers(1)],
    ],
    [
      'the first heartbeat that is read after the link came up, perhaps the last of a dead server',
      'unconfirmed',
      ...alive(),
      [1, linked],
      [2, inRegistry(5)],
    ],
    [
      'a heartbeat that advances after the first read',
      'alive',
      ...alive(),
      [1, linked],
      [2, inRegistry(5)],
      [3, inRegistry(6)],
    ],
    ['a counted server without a subscriber', 'suspect', ...alive(), [1, subscribers(0)]],
    ['a suspect for 0.7 s', 'evicted', ...alive(), [1, subscribers(0)], [701, subscribers(0)]],
    ['a suspect with a subscriber', 'alive', ...alive(), [1, subscribers(0)], [300, subscribers(1)]],
    ['a suspect with a new heartbeat', 'suspect', ...alive(), [1, subscribers(0)], [2, inRegistry(9)]],
    [
      'an unconfirmed suspect for less than 2.5 s',
      'suspect',
      ...alive(),
      [1, linked],
      [2, subscribers(0)],
      [2_000, subscribers(0)],
    ],
    [
      'an unconfirmed suspect for 2.5 s',
      'evicted',
      ...alive(),
      [1, linked],
      [2, subscribers(0)],
      [2_502, subscribers(0)],
    ],
    ['a heartbeat that stood still for a lease', 'evicted', ...alive(), [8_000, lease]],
    ['a heartbeat that stood still for less', 'alive', ...alive(), [7_999, lease]],
    [
      'a server whose older heartbeat is repeated for a lease',
      'evicted',
      ...alive(),
      [8_000, inRegistry(1)],
      [8_000, lease],
    ],
    ['a server that left', 'evicted', ...alive(), [1, leave()]],
    ['a server that left, in a message that names an older epoch', 'alive', ...alive(3), [1, leave(2)]],
    ['a message of an unknown server', 'unknown', [0, message()]],
    ['a message of a candidate', 'unconfirmed', [0, inRegistry(1)], [1, message()]],
    ['a message of a candidate under another epoch', 'candidate', [0, inRegistry(1)], [1, message(2)]],
    ['an unknown server that left', 'unknown', [1, leave()]],
  ])('[S5] %s: %s', (_name, status, ...events) => {
    expect(after(...events).state.status).toBe(status);
  });

  it('[S5] an evicted epoch is ignored, and a newer one counts', () => {
    const evicted = after(...alive(3), [8_000, lease]);
    expect(evicted.eviction).toMatchObject({ epoch: 3, atMs: 8_000 });
    for (const event of [leave(3), inRegistry(9, 3), inRegistry(1, 2)]) {
      expect(transition(evicted, event, 9_000)).toEqual(evicted);
    }
    expect(isStaleRegistration(evicted, 3, 9_000)).toBe(true);
    const candidate = transition(evicted, inRegistry(1, 4), 9_000);
    expect(candidate.state.status).toBe('candidate');
    expect(memberOf(transition(candidate, subscribers(1), 9_000))).toMatchObject({ epoch: 4 });
  });

  it('[S5] [SEC30] a leave evicts the epoch that is known and older ones, whatever epoch it names', () => {
    const left = after(...alive(3), [1, leave(2 ** 39)]);
    expect(transition(left, inRegistry(9, 3), 2)).toEqual(left);
    expect(transition(left, inRegistry(1, 4), 2).state.status).toBe('candidate');
  });

  it('[S5] [SEC31] epochs begin at 0 again, and one that is far ahead can be overtaken', () => {
    const last = after(...alive(EPOCHS - 1));
    expect(memberOf(transition(last, inRegistry(1, 0), 1))).toMatchObject({ epoch: 0 });
    for (const invented of [2, 2 ** 39, 2 ** 39 + 2, EPOCHS - 1]) {
      const peer = after(...alive(invented));
      const next = isNewerEpoch(invented, 1) ? nextEpoch(invented) : 1;
      expect(memberOf(transition(peer, inRegistry(1, next), 1))).toMatchObject({ epoch: next });
    }
  });

  it('[S5] the time without a link does not count as silence, and a new link does not begin the lease anew', () => {
    const away = after(...alive(), [7_000, { type: 'linked', awayMs: 2_000 }]);
    expect(transition(away, lease, 9_999).state.status).toBe('unconfirmed');
    expect(transition(away, lease, 10_000).state.status).toBe('evicted');
  });

  it('[C7] other servers may count an evicted one for 20 s; it is forgotten after 10 minutes', () => {
    const evicted = after(...alive(3), [8_000, lease]);
    expect(epochOf(evicted)).toBe(3);
    const old = transition(evicted, { type: 'sweep' }, 28_000);
    expect(epochOf(old)).toBeUndefined();
    expect(transition(old, inRegistry(9, 3), 28_001)).toEqual(old);
    expect(transition(old, { type: 'sweep' }, 608_000)).toBe(UNKNOWN);
  });

  it('[C9] totals wait for unconfirmed servers, and for those that listen without a heartbeat', () => {
    expect(isAwaited(after(...alive()), 1)).toBe(false);
    expect(isAwaited(after(...alive(), [1, linked]), 2)).toBe(true);
    expect(isAwaited(after(...alive(), [1, linked], [2, subscribers(0)]), 3)).toBe(true);
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
