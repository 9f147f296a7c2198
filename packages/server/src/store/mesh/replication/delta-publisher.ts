import type { BusCommand } from '../../bus/bus.ts';
import { encodeDelta, type Entry, type Delta } from '../wire/messages.ts';
import { bucketOf, type Names } from '../wire/keys.ts';
import { isEmpty, snapshotFields, siteField } from './snapshot.ts';

/** What this server has to say about its sites, and what of it has not been said. [S1, S2] */
export interface DeltaPublisher {
  /** What is to be said about a site may have changed. */
  touch(site: string): void;
  /** From now on everything is said anew, under another epoch. */
  renew(epoch: number): void;
  /** The whole share of a bucket is to be said anew. */
  repeat(bucket: number): void;
  /** The buckets that others should know about, and the number of the last report on each. */
  buckets(): Map<number, number>;
  /** Whether there is anything to say. */
  readonly waiting: boolean;
  /**
   * What is to be run so that everything is said: for each bucket the hash, then the report.
   *
   * @returns the commands, and whether a bucket is among them that others do not know about yet.
   */
  take(): { commands: BusCommand[]; opened: boolean };
}

export interface DeltaPublisherOptions {
  server: string;
  names: Names;
  now: () => number;
  /** What is to be said about a site at this moment; an empty entry where there is nothing. */
  entryOf: (site: string) => Entry;
  /** How long a share lives in the store without being touched, in ms. */
  snapshotTtlMs: number;
}

/** How long a bucket that this server has left is still named, in ms, so that nobody misses its last report. */
const LEFT_MS = 60_000;

interface OwnBucket {
  sequence: number;
  /** Sites with something to say about. */
  readonly sites: Set<string>;
  readonly dirty: Set<string>;
  /** Whether the next report has to be a full one. */
  full: boolean;
  touchedAt: number;
}

export function createDeltaPublisher({
  server,
  names,
  now,
  entryOf,
  snapshotTtlMs,
}: DeltaPublisherOptions): DeltaPublisher {
  const buckets = new Map<number, OwnBucket>();
  let epoch = 0;

  function say(bucket: number, own: OwnBucket): BusCommand[] {
    const opening = own.full;
    const said = opening ? new Set([...own.sites, ...own.dirty]) : own.dirty;
    const sites = [...said].map((site) => [site, entryOf(site)] as const);
    const left = sites.filter(([, entry]) => isEmpty(entry)).map(([site]) => site);
    for (const site of left) own.sites.delete(site);
    own.sequence++;
    own.full = false;
    own.dirty.clear();
    const report: Delta = { server, epoch, sequence: own.sequence, full: opening, sites };
    const key = names.share(bucket, server);
    // Whoever reads the hash in between finds nothing, or everything up to the number that stands in it.
    return [
      ...(opening ? [['DEL', key] as const] : []),
      ['HSET', key, ...snapshotFields(report)],
      ...(left.length > 0 ? [['HDEL', key, ...left.map(siteField)] as const] : []),
      ...(opening ? [['PEXPIRE', key, String(snapshotTtlMs)] as const] : []),
      ['PUBLISH', names.bucket(bucket), encodeDelta(report)],
    ];
  }

  return {
    touch(site) {
      const bucket = bucketOf(site);
      let own = buckets.get(bucket);
      if (!own) {
        own = { sequence: 0, sites: new Set(), dirty: new Set(), full: true, touchedAt: 0 };
        buckets.set(bucket, own);
      }
      own.touchedAt = now();
      own.dirty.add(site);
      own.sites.add(site);
    },
    renew(next) {
      epoch = next;
      for (const own of buckets.values()) {
        own.sequence = 0;
        own.full = true;
      }
    },
    repeat(bucket) {
      const own = buckets.get(bucket);
      if (own) own.full = true;
    },
    buckets() {
      const named = new Map<number, number>();
      for (const [bucket, { sequence, sites, touchedAt }] of buckets) {
        if (sequence > 0 && (sites.size > 0 || now() - touchedAt < LEFT_MS)) named.set(bucket, sequence);
      }
      return named;
    },
    get waiting() {
      for (const { dirty, full } of buckets.values()) if (full || dirty.size > 0) return true;
      return false;
    },
    take() {
      const commands: BusCommand[] = [];
      let opened = false;
      for (const [bucket, own] of buckets) {
        if (!own.full && own.dirty.size === 0) continue;
        opened ||= own.full;
        commands.push(...say(bucket, own));
      }
      return { commands, opened };
    },
  };
}
