import { isNewerEpoch, MAX_SITES_IN_BUCKET } from '../wire/bounds.ts';
import {
  encodeEntry,
  isCount,
  isEpoch,
  isSite,
  parseEntry,
  type Entry,
  type Delta,
} from '../wire/messages.ts';

/** The last delta that is contained in what is known of a bucket. */
export interface Position {
  readonly epoch: number;
  readonly sequence: number;
}

/** The whole state of one server for one bucket. */
export interface Snapshot extends Position {
  readonly sites: ReadonlyMap<string, Entry>;
}

/** The field of a snapshot's hash with its epoch and sequence number. Fields of sites begin with "=". */
const HEAD = '#';

/** A delta as fields and values of the snapshot's hash. Sites without a member are in it as empty entries. */
export function snapshotFields({ epoch, sequence, sites }: Delta): string[] {
  const fields = [HEAD, `${epoch}:${sequence}`];
  for (const [site, entry] of sites) fields.push(siteField(site), encodeEntry(entry));
  return fields;
}

export function siteField(site: string): string {
  return `=${site}`;
}

/** Reads the hash of a snapshot. Returns `undefined` if there is none, or if it breaks the format. */
export function parseSnapshot(fields: ReadonlyMap<string, string>): Snapshot | undefined {
  const [epoch, sequence] = (fields.get(HEAD) ?? '').split(':').map((text) => (text ? Number(text) : NaN));
  if (!isEpoch(epoch) || !isCount(sequence) || fields.size > MAX_SITES_IN_BUCKET) return undefined;
  const sites = new Map<string, Entry>();
  for (const [field, text] of fields) {
    if (field === HEAD) continue;
    const site = field.slice(1);
    const entry = parseEntry(text);
    if (!field.startsWith('=') || !isSite(site) || !entry) return undefined;
    if (!isEmpty(entry)) sites.set(site, entry);
  }
  return { epoch, sequence, sites };
}

export function isEmpty({ count, claims, acknowledged }: Entry): boolean {
  return count === 0 && !claims && !acknowledged;
}

/** Whether `a` is newer than `b`. */
export function isNewer(a: Position, b: Position): boolean {
  return isNewerEpoch(a.epoch, b.epoch) || (a.epoch === b.epoch && a.sequence > b.sequence);
}
