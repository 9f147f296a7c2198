import { limits } from '@live-online/protocol';
import { EPOCHS, MAX_CLAIMED, MAX_COUNT, MAX_SITES_IN_BUCKET, MAX_TEXT_LENGTH } from './bounds.ts';
import { BUCKETS } from './keys.ts';

/**
 * What servers of a mesh send to each other, as JSON, and the parsers for it. Everything from a channel or a hash is
 * outside input: a parser returns `undefined` for what breaks the format, and never throws.
 */

/** One server between two losses of its link: `<server>:<epoch>`. */
export type Incarnation = string;

/** The state of one server for one site. All numbers are absolute. [S1] */
export interface Entry {
  /** The members that it counts. */
  readonly count: number;
  /** How many members it has ever claimed from each incarnation. [C7] */
  readonly claims: ReadonlyMap<Incarnation, number> | undefined;
  /** Up to which number it has acknowledged the claims of each incarnation: it does not count those members. [C7] */
  readonly acknowledged: ReadonlyMap<Incarnation, number> | undefined;
}

/** What has changed at one server for the sites of a bucket. */
export interface Delta {
  readonly server: string;
  readonly epoch: number;
  /** Counts the deltas of this bucket within the epoch, from 1 on. */
  readonly sequence: number;
  /** Whether it has every site of the bucket. The first delta of an epoch is full. */
  readonly full: boolean;
  readonly sites: readonly (readonly [site: string, entry: Entry])[];
}

/** The registration of a server. */
export interface Heartbeat {
  readonly epoch: number;
  /** Rises with every heartbeat of an epoch. */
  readonly number: number;
  /** The sequence number of the last delta for each bucket in which the server has sites. */
  readonly buckets: ReadonlyMap<number, number>;
}

/** Members of a site that a server has claimed from another one. */
export interface Takeover {
  readonly site: string;
  /** The number of the first of them among all that were ever claimed for this site. */
  readonly first: number;
  readonly members: readonly (readonly [member: string, connectionNumber: number])[];
}

/** To one server under its epoch `epoch`: `by` counts these members now. */
export interface ClaimMessage {
  readonly kind: 'claim';
  readonly epoch: number;
  readonly by: Incarnation;
  readonly takeovers: readonly Takeover[];
}

/** A message on the channel of one server, or of all. */
export type ControlMessage =
  /** `server` checks that its own messages reach it. */
  | { readonly kind: 'probe'; readonly server: string; readonly number: number }
  /** To all: `server` has joined, under a new epoch. */
  | { readonly kind: 'hello'; readonly server: string; readonly epoch: number }
  /** To all: `server` has left for good, or is known to be dead. Later epochs than `epoch` are not concerned. */
  | { readonly kind: 'leave'; readonly server: string; readonly epoch: number }
  /** To one server: its epoch `epoch` was evicted, so that it has to return under another one. */
  | { readonly kind: 'evicted'; readonly epoch: number }
  /** To one server: its snapshot of a bucket is missing. */
  | { readonly kind: 'snapshot-request'; readonly bucket: number }
  /** To all: a text that the store only passes on. */
  | { readonly kind: 'announcement'; readonly server: string; readonly text: string }
  | ClaimMessage;

const SERVER = /^[\w-]{1,48}$/;
const INCARNATION = /^[\w-]{1,48}:\d{1,16}$/;
/** Has room for a site and the path of a page. */
const MAX_SITE = limits.maxSiteLength + limits.maxPathLength;
const MAX_MEMBER = 64;
const MAX_ANNOUNCEMENT = 2_000;

export function incarnationOf(server: string, epoch: number): Incarnation {
  return `${server}:${epoch}`;
}

export function encodeDelta({ server, epoch, sequence, full, sites }: Delta): string {
  const entries = sites.map(([site, entry]) => [site, ...entryFields(entry)]);
  return JSON.stringify({ s: server, e: epoch, q: sequence, ...(full && { f: 1 }), c: entries });
}

export function parseDelta(text: string): Delta | undefined {
  const value = parseJson(text);
  if (!isRecord(value)) return undefined;
  const { s: server, e: epoch, q: sequence, f, c: entries } = value;
  if (!isServer(server) || !isEpoch(epoch) || !isCount(sequence) || !Array.isArray(entries)) return undefined;
  if (entries.length > MAX_SITES_IN_BUCKET) return undefined;
  const sites: [string, Entry][] = [];
  for (const fields of entries as unknown[]) {
    if (!Array.isArray(fields) || !isSite(fields[0])) return undefined;
    const entry = readEntry(fields.slice(1));
    if (!entry) return undefined;
    sites.push([fields[0], entry]);
  }
  return { server, epoch, sequence, full: f === 1, sites };
}

/** The entry as the value of a hash field. */
export function encodeEntry(entry: Entry): string {
  return JSON.stringify(entryFields(entry));
}

export function parseEntry(text: string): Entry | undefined {
  const fields = parseJson(text);
  return Array.isArray(fields) ? readEntry(fields) : undefined;
}

export function encodeHeartbeat({ epoch, number, buckets }: Heartbeat): string {
  return JSON.stringify({ e: epoch, n: number, b: [...buckets] });
}

export function parseHeartbeat(text: string): Heartbeat | undefined {
  const value = parseJson(text);
  if (!isRecord(value)) return undefined;
  const { e: epoch, n: number, b: pairs } = value;
  const buckets = readPairs(pairs, isBucket);
  return isEpoch(epoch) && isCount(number) && buckets ? { epoch, number, buckets } : undefined;
}

export function encodeControlMessage(message: ControlMessage): string {
  return JSON.stringify(message);
}

const isTakeovers = (value: unknown): boolean => Array.isArray(value) && value.every(isTakeover);

const CONTROL_FIELDS: Record<string, Record<string, (value: unknown) => boolean>> = {
  probe: { server: isServer, number: isCount },
  hello: { server: isServer, epoch: isEpoch },
  leave: { server: isServer, epoch: isEpoch },
  evicted: { epoch: isEpoch },
  'snapshot-request': { bucket: isBucket },
  announcement: { server: isServer, text: isAnnouncement },
  claim: { epoch: isEpoch, by: isIncarnation, takeovers: isTakeovers },
} satisfies Record<ControlMessage['kind'], object>;

export function parseControlMessage(text: string): ControlMessage | undefined {
  const value = parseJson(text);
  if (!isRecord(value)) return undefined;
  const { kind } = value;
  if (typeof kind !== 'string' || !Object.hasOwn(CONTROL_FIELDS, kind)) return undefined;
  const fields = Object.entries(CONTROL_FIELDS[kind]!);
  return fields.every(([name, isValid]) => isValid(value[name])) ? (value as ControlMessage) : undefined;
}

export function isServer(value: unknown): value is string {
  return typeof value === 'string' && SERVER.test(value);
}

export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** Of an incarnation. */
export function isEpoch(value: unknown): value is number {
  return isCount(value) && value < EPOCHS;
}

export function isSite(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= MAX_SITE;
}

/** How many members were ever claimed, or acknowledged. */
function isClaimed(value: unknown): value is number {
  return isCount(value) && value <= MAX_CLAIMED;
}

function isBucket(value: unknown): value is number {
  return isCount(value) && value < BUCKETS;
}

function isIncarnation(value: unknown): value is Incarnation {
  return typeof value === 'string' && INCARNATION.test(value);
}

function isMember(value: unknown): value is string {
  return typeof value === 'string' && value.length <= MAX_MEMBER;
}

function isAnnouncement(value: unknown): value is string {
  return typeof value === 'string' && value.length <= MAX_ANNOUNCEMENT;
}

function isTakeover(value: unknown): value is Takeover {
  if (!isRecord(value) || !isSite(value['site']) || !isClaimed(value['first'])) return false;
  return readPairs(value['members'], isMember) !== undefined;
}

function entryFields({ count, claims, acknowledged }: Entry): unknown[] {
  if (!claims && !acknowledged) return [count];
  return [count, [...(claims ?? [])], [...(acknowledged ?? [])]];
}

function readEntry([count, claimPairs = [], acknowledgedPairs = []]: unknown[]): Entry | undefined {
  const claims = readPairs(claimPairs, isIncarnation, isClaimed);
  const acknowledged = readPairs(acknowledgedPairs, isIncarnation, isClaimed);
  if (!isCount(count) || count > MAX_COUNT || !claims || !acknowledged) return undefined;
  return {
    count,
    claims: claims.size > 0 ? claims : undefined,
    acknowledged: acknowledged.size > 0 ? acknowledged : undefined,
  };
}

function readPairs<Key>(
  pairs: unknown,
  isKey: (value: unknown) => value is Key,
  isNumber: (value: unknown) => value is number = isCount,
): Map<Key, number> | undefined {
  if (!Array.isArray(pairs)) return undefined;
  const numbers = new Map<Key, number>();
  for (const pair of pairs as unknown[]) {
    if (!Array.isArray(pair) || !isKey(pair[0]) || !isNumber(pair[1])) return undefined;
    numbers.set(pair[0], pair[1]);
  }
  return numbers;
}

function parseJson(text: string): unknown {
  if (text.length > MAX_TEXT_LENGTH) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
