import { encodeEntry, isCount, isSite, parseEntry, type Entry, type Delta } from '../wire/messages.ts';

/** All that one server has said about one bucket, as far as a report with this number. */
export interface Snapshot {
  readonly epoch: number;
  readonly sequence: number;
  readonly sites: ReadonlyMap<string, Entry>;
}

/** The field of a share's hash that says up to which report it goes. Sites have a "=" before their names. */
const HEAD = '#';

/** A report as fields and values of the share's hash. Sites that are left stand there as empty entries. */
export function snapshotFields({ epoch, sequence, sites }: Delta): string[] {
  const fields = [HEAD, `${epoch}:${sequence}`];
  for (const [site, entry] of sites) fields.push(siteField(site), encodeEntry(entry));
  return fields;
}

export function siteField(site: string): string {
  return `=${site}`;
}

/** Reads the hash of a share. Returns `undefined` where there is none, or where it cannot be one. */
export function parseSnapshot(fields: ReadonlyMap<string, string>): Snapshot | undefined {
  const [epoch, sequence] = (fields.get(HEAD) ?? '').split(':').map((text) => (text ? Number(text) : NaN));
  if (!isCount(epoch) || !isCount(sequence)) return undefined;
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

export function isEmpty({ count, claims, answers }: Entry): boolean {
  return count === 0 && !claims && !answers;
}
