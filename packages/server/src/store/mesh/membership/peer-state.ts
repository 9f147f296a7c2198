import { isNewerEpoch } from '../wire/bounds.ts';
import type { Heartbeat } from '../wire/messages.ts';

/** A server that is counted. `advancedAtMs` is when its heartbeat last advanced, on this server's clock. */
type Counted = { readonly heartbeat: Heartbeat; readonly advancedAtMs: number } & (
  | { readonly status: 'alive' }
  | { readonly status: 'unconfirmed'; readonly wasRead: boolean; readonly isRegistered: boolean }
  | { readonly status: 'listening'; readonly sinceMs: number }
);

/**
 * What this server knows about another one. MESH.md has the diagram.
 *
 * - `candidate`: in the registry, perhaps left over from a server that is gone. It is not counted.
 * - `listening`: its channel has a subscriber, which can be the connection of a machine that is lost.
 * - `alive`: its heartbeat has advanced since the link came up.
 * - `unconfirmed`: it was counted before the link came up, or has sent a message and is in the registry. `wasRead`: the
 *   registry was read since; the first read may return the last heartbeat of a server that is gone. `isRegistered`: it was
 *   in the registry at the last read.
 * - `suspect`: its channel has no subscriber. `before` is the state to which it returns.
 * - `evicted`: it is not counted. `Peer.eviction` has the epoch.
 */
type PeerState =
  | { readonly status: 'unknown' | 'evicted' }
  | { readonly status: 'candidate'; readonly heartbeat: Heartbeat; readonly sinceMs: number }
  | Counted
  | { readonly status: 'suspect'; readonly before: Counted; readonly sinceMs: number };

/** The newest epoch of a server that was evicted; this epoch and older ones are ignored. */
interface Eviction {
  readonly epoch: number;
  readonly atMs: number;
  /** Whether other servers may still count its members. */
  readonly isRecent: boolean;
}

export interface Peer {
  readonly state: PeerState;
  /** Stays when the server comes back under a newer epoch. */
  readonly eviction: Eviction | undefined;
}

/**
 * - `linked`: the link came up; the registry was last read `awayMs` ago.
 * - `registry`: the registry was read; `subscribers`: the subscribers of the server's channel were counted.
 * - `message`: a message of the server under `epoch` was received.
 * - `lease`: heartbeats are aged, right after the registry was read; `sweep`: old evictions are removed.
 * - `leave`: the server left, or is known to be dead, as of `epoch`.
 */
export type PeerEvent =
  | { readonly type: 'linked'; readonly awayMs: number }
  | { readonly type: 'registry'; readonly heartbeat: Heartbeat | undefined }
  | { readonly type: 'subscribers'; readonly count: number }
  | { readonly type: 'message'; readonly epoch: number }
  | { readonly type: 'lease'; readonly leaseMs: number }
  | { readonly type: 'leave'; readonly epoch: number }
  | { readonly type: 'sweep' };

/** How long a channel may have no subscriber, in ms: its server may be about to return by a new link. */
const SUSPECT_MS = 700;
/** The same for a server without a sign of life since this link came up: all servers may be reconnecting. */
const SUSPECT_AFTER_LINK_MS = 2_500;
/** Within what time a `listening` server has to advance its heartbeat, in ms. */
const LISTENING_MS = 2_500;
/** How long an eviction is remembered, in ms. No message is under way for that long. */
const EVICTION_MEMORY_MS = 600_000;
/** How long after an eviction other servers may still count the members of the evicted one, in ms. */
const EVICTION_RECENT_MS = 20_000;
/** After what time the registration of a server that is not counted is removed, in ms. */
const STALE_REGISTRATION_MS = 60_000;

export const UNKNOWN: Peer = { state: { status: 'unknown' }, eviction: undefined };

/** What is known about a server after `event`. Pure. */
export function transition(peer: Peer, event: PeerEvent, now: number): Peer {
  if (event.type === 'leave') return leave(peer, event.epoch, now);
  if (event.type === 'sweep') return sweep(peer, now);
  const state = nextState(peer, event, now);
  if (state.status !== 'evicted') return state === peer.state ? peer : { ...peer, state };
  const counted = countedOf(peer.state);
  return counted ? evict(counted.heartbeat.epoch, now) : { ...peer, state };
}

/** The newest heartbeat of a server that is counted. */
export function memberOf({ state }: Peer): Heartbeat | undefined {
  return countedOf(state)?.heartbeat;
}

/** Whether the subscribers of its channel are to be counted. */
export function isWatched({ state }: Peer): boolean {
  return state.status !== 'evicted' && state.status !== 'unknown';
}

export function isEvicted({ eviction }: Peer, epoch: number): boolean {
  return eviction !== undefined && !isNewerEpoch(epoch, eviction.epoch);
}

/** The epoch of a server that is counted, or that other servers may count. */
export function epochOf({ state, eviction }: Peer): number | undefined {
  const counted = countedOf(state);
  if (counted) return counted.heartbeat.epoch;
  if (eviction?.isRecent) return eviction.epoch;
  return state.status === 'candidate' ? state.heartbeat.epoch : undefined;
}

/** Whether totals are not up to date before this server gives a sign of life or is evicted. */
export function isAwaited({ state }: Peer, now: number): boolean {
  const counted = countedOf(state);
  if (counted?.status === 'listening') return now - counted.sinceMs >= LISTENING_MS;
  return counted?.status === 'unconfirmed';
}

/** Whether a heartbeat in the registry is left over, so that a server that starts must not find it. */
export function isStaleRegistration(peer: Peer, epoch: number, now: number): boolean {
  const { state } = peer;
  if (isEvicted(peer, epoch)) return true;
  return state.status === 'candidate' && now - state.sinceMs >= STALE_REGISTRATION_MS;
}

type StateEvent = Exclude<PeerEvent, { type: 'leave' | 'sweep' }>;

function nextState(peer: Peer, event: StateEvent, now: number): PeerState {
  const { state } = peer;
  const counted = countedOf(state);
  switch (event.type) {
    case 'linked': {
      if (!counted) return { status: peer.eviction ? 'evicted' : 'unknown' };
      // The age goes on from the last read, so that links that come and go do not hide a server that is gone.
      const advancedAtMs = Math.min(now, counted.advancedAtMs + event.awayMs);
      const { heartbeat } = counted;
      return { status: 'unconfirmed', heartbeat, advancedAtMs, wasRead: false, isRegistered: false };
    }
    case 'registry': {
      const { heartbeat } = event;
      const fresh = heartbeat && !isEvicted(peer, heartbeat.epoch) ? heartbeat : undefined;
      return counted ? readCounted(state, counted, fresh, now) : readUncounted(peer, fresh, now);
    }
    case 'subscribers':
      return countSubscribers(state, event.count, now);
    case 'message': {
      // Others can invent a message, so that it counts only together with the registry.
      const isRegistered = state.status === 'candidate' && state.heartbeat.epoch === event.epoch;
      if (!isRegistered) return state;
      const { heartbeat } = state;
      return { status: 'unconfirmed', heartbeat, advancedAtMs: now, wasRead: true, isRegistered: true };
    }
    case 'lease':
      return counted && now - counted.advancedAtMs >= event.leaseMs ? { status: 'evicted' } : state;
  }
}

/** A server in the registry counts once its heartbeat advances, or its channel has a subscriber. */
function readUncounted({ state, eviction }: Peer, heartbeat: Heartbeat | undefined, now: number): PeerState {
  // A candidate that is forgotten takes no place from another one.
  if (!heartbeat) return state.status === 'candidate' ? { status: eviction ? 'evicted' : 'unknown' } : state;
  if (state.status !== 'candidate') return { status: 'candidate', heartbeat, sinceMs: now };
  return hasAdvanced(heartbeat, state.heartbeat) ? alive(heartbeat, now) : state;
}

function readCounted(
  state: PeerState,
  counted: Counted,
  heartbeat: Heartbeat | undefined,
  now: number,
): PeerState {
  const newer = heartbeat && hasAdvanced(heartbeat, counted.heartbeat) ? heartbeat : undefined;
  if (counted.status === 'unconfirmed' && (!newer || !counted.wasRead)) {
    const advanced = newer ? { heartbeat: newer, advancedAtMs: now } : {};
    const isRegistered = heartbeat !== undefined;
    return replaceCounted(state, { ...counted, ...advanced, wasRead: true, isRegistered });
  }
  return newer ? replaceCounted(state, alive(newer, now)) : state;
}

/** An older heartbeat that is repeated is no sign of life. */
function hasAdvanced({ epoch, number }: Heartbeat, known: Heartbeat): boolean {
  return isNewerEpoch(epoch, known.epoch) || (epoch === known.epoch && number > known.number);
}

function countSubscribers(state: PeerState, count: number, now: number): PeerState {
  if (state.status === 'candidate') {
    const { heartbeat } = state;
    return count > 0 ? { status: 'listening', heartbeat, advancedAtMs: now, sinceMs: now } : state;
  }
  const counted = countedOf(state);
  if (!counted) return state;
  // One that is not registered may have been evicted by others; Redis may keep the subscription of a lost machine for long.
  if (count > 0)
    return counted.status === 'unconfirmed' && counted.isRegistered
      ? { ...counted, status: 'alive' }
      : counted;
  if (state.status !== 'suspect') return { status: 'suspect', before: counted, sinceMs: now };
  const limitMs = counted.status === 'unconfirmed' ? SUSPECT_AFTER_LINK_MS : SUSPECT_MS;
  return now - state.sinceMs >= limitMs ? { status: 'evicted' } : state;
}

/** No epoch is evicted that this server does not know: the one in the message may be invented. */
function leave(peer: Peer, epoch: number, now: number): Peer {
  const { state } = peer;
  const known = state.status === 'candidate' ? state.heartbeat : countedOf(state)?.heartbeat;
  return known && !isNewerEpoch(known.epoch, epoch) ? evict(known.epoch, now) : peer;
}

function evict(epoch: number, now: number): Peer {
  return { state: { status: 'evicted' }, eviction: { epoch, atMs: now, isRecent: true } };
}

function sweep(peer: Peer, now: number): Peer {
  const { state, eviction } = peer;
  if (!eviction) return peer;
  const ageMs = now - eviction.atMs;
  if (ageMs >= EVICTION_MEMORY_MS)
    return state.status === 'evicted' ? UNKNOWN : { state, eviction: undefined };
  if (ageMs < EVICTION_RECENT_MS || !eviction.isRecent) return peer;
  return { state, eviction: { ...eviction, isRecent: false } };
}

function alive(heartbeat: Heartbeat, now: number): Counted {
  return { status: 'alive', heartbeat, advancedAtMs: now };
}

function countedOf(state: PeerState): Counted | undefined {
  if (state.status === 'suspect') return state.before;
  return 'advancedAtMs' in state ? state : undefined;
}

/** A suspect stays one until its channel has a subscriber. */
function replaceCounted(state: PeerState, counted: Counted): PeerState {
  return state.status === 'suspect' ? { ...state, before: counted } : counted;
}
