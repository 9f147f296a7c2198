import { BUCKETS } from './keys.ts';

/**
 * What servers of a mesh say to each other, as JSON, and the guards for it: what comes from a channel or a hash is
 * outside input like any other. A guard returns `undefined` for what breaks the format, and never throws.
 */

/** One server between two losses of its link: `<server>:<epoch>`. */
export type Incarnation = string;

/** What one server says about one site: all numbers are absolute. [S1] */
export interface Entry {
  /** The people it has there. */
  readonly count: number;
  /** How many of them, ever, it has taken over from other servers. [C7] */
  readonly claims: ReadonlyMap<Incarnation, number> | undefined;
  /** How many claims of other servers it has answered: it does not count those members any more. [C7] */
  readonly answers: ReadonlyMap<Incarnation, number> | undefined;
}

/** What one server says about a bucket. */
export interface Delta {
  readonly server: string;
  readonly epoch: number;
  /** Counts the reports on this bucket within the epoch, from 1 on. */
  readonly sequence: number;
  /** Whether sites that are not in it have nobody on them. The first report of an epoch is full. */
  readonly full: boolean;
  readonly sites: readonly (readonly [site: string, entry: Entry])[];
}

/** What stands in the registry about a server. */
export interface Heartbeat {
  readonly epoch: number;
  /** Rises with every beat of an epoch. */
  readonly number: number;
  /** The last report on each bucket that the server has people in, by its sequence number. */
  readonly buckets: ReadonlyMap<number, number>;
}

/** Members that a server has taken over, in the words of the one who took them. */
export interface Takeover {
  readonly site: string;
  /** The number of the first of them among all that were ever claimed for this site. */
  readonly first: number;
  readonly members: readonly (readonly [member: string, connectionNumber: number])[];
}

/** What is said on the channel of one server, or of all. */
export type ControlMessage =
  | { readonly kind: 'probe'; readonly server: string; readonly number: number }
  /** `server` is there, under a new epoch. */
  | { readonly kind: 'hello'; readonly server: string; readonly epoch: number }
  /** `server` is leaving for good, or known to be dead. */
  | { readonly kind: 'bye'; readonly server: string }
  /** To a server: it was given up as of `epoch`, and has to come back under another one. */
  | { readonly kind: 'gone'; readonly epoch: number }
  /** To a server: its share of a bucket is not where it should be. */
  | { readonly kind: 'want'; readonly bucket: number }
  /** To a server, meant for its `epoch`: `by` counts these members now. */
  | {
      readonly kind: 'take';
      readonly epoch: number;
      readonly by: Incarnation;
      readonly takeovers: readonly Takeover[];
    };

const SERVER = /^[\w-]{1,48}$/;
const LIFE = /^[\w-]{1,48}:\d{1,16}$/;
const MAX_SITE = 400;
const MAX_MEMBER = 64;

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
  if (!isServer(server) || !isCount(epoch) || !isCount(sequence) || !Array.isArray(entries)) return undefined;
  const sites: [string, Entry][] = [];
  for (const fields of entries as unknown[]) {
    if (!Array.isArray(fields) || !isSite(fields[0])) return undefined;
    const entry = readEntry(fields.slice(1));
    if (!entry) return undefined;
    sites.push([fields[0], entry]);
  }
  return { server, epoch, sequence, full: f === 1, sites };
}

/** The entry as it stands in a hash. */
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
  if (!isCount(epoch) || !isCount(number) || !Array.isArray(pairs)) return undefined;
  const buckets = new Map<number, number>();
  for (const pair of pairs as unknown[]) {
    if (!Array.isArray(pair) || !isBucket(pair[0]) || !isCount(pair[1])) return undefined;
    buckets.set(pair[0], pair[1]);
  }
  return { epoch, number, buckets };
}

export function encodeControlMessage(letter: ControlMessage): string {
  return JSON.stringify(letter);
}

export function parseControlMessage(text: string): ControlMessage | undefined {
  const value = parseJson(text);
  if (!isRecord(value)) return undefined;
  const { kind, server, number, epoch, bucket, by, takeovers } = value;
  switch (kind) {
    case 'probe':
      return isServer(server) && isCount(number) ? { kind, server, number } : undefined;
    case 'hello':
      return isServer(server) && isCount(epoch) ? { kind, server, epoch } : undefined;
    case 'bye':
      return isServer(server) ? { kind, server } : undefined;
    case 'gone':
      return isCount(epoch) ? { kind, epoch } : undefined;
    case 'want':
      return isBucket(bucket) ? { kind, bucket } : undefined;
    case 'take':
      return isCount(epoch) && isLife(by) && Array.isArray(takeovers) && takeovers.every(isTakeover)
        ? { kind, epoch, by, takeovers }
        : undefined;
    default:
      return undefined;
  }
}

export function isServer(value: unknown): value is string {
  return typeof value === 'string' && SERVER.test(value);
}

export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

export function isSite(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= MAX_SITE;
}

function isBucket(value: unknown): value is number {
  return isCount(value) && value < BUCKETS;
}

function isLife(value: unknown): value is Incarnation {
  return typeof value === 'string' && LIFE.test(value);
}

function isTakeover(value: unknown): value is Takeover {
  if (!isRecord(value) || !isSite(value['site']) || !isCount(value['first'])) return false;
  const { members } = value;
  return (
    Array.isArray(members) &&
    members.every((pair: unknown) => {
      if (!Array.isArray(pair) || !isCount(pair[1])) return false;
      return typeof pair[0] === 'string' && pair[0].length <= MAX_MEMBER;
    })
  );
}

function entryFields({ count, claims, answers }: Entry): unknown[] {
  if (!claims && !answers) return [count];
  return [count, [...(claims ?? [])], [...(answers ?? [])]];
}

function readEntry([count, claimPairs = [], answerPairs = []]: unknown[]): Entry | undefined {
  const claims = readTally(claimPairs);
  const answers = readTally(answerPairs);
  if (!isCount(count) || !claims || !answers) return undefined;
  return {
    count,
    claims: claims.size > 0 ? claims : undefined,
    answers: answers.size > 0 ? answers : undefined,
  };
}

function readTally(pairs: unknown): Map<Incarnation, number> | undefined {
  if (!Array.isArray(pairs)) return undefined;
  const tally = new Map<Incarnation, number>();
  for (const pair of pairs as unknown[]) {
    if (!Array.isArray(pair) || !isLife(pair[0]) || !isCount(pair[1])) return undefined;
    tally.set(pair[0], pair[1]);
  }
  return tally;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
