import type { BusCommand, BusReply } from '../bus/bus.ts';
import type { RunCommands } from '../bus/deadline.ts';
import { BUCKETS, bucketOf, type KeyNames } from './wire/keys.ts';

/** Texts are deleted after as long without a change, in ms: the longest history is as old. */
const TTL_MS = 730 * 86_400_000;
/** How many buckets are read in one round trip: other commands must not wait long. */
const READ_AT_ONCE = 8;

/** Texts by their sites, in one hash for each bucket. They outlive the servers. */
export class SiteTexts {
  readonly #keys: KeyNames;
  readonly #run: RunCommands;

  constructor(keys: KeyNames, run: RunCommands) {
    this.#keys = keys;
    this.#run = run;
  }

  async read(): Promise<ReadonlyMap<string, string>> {
    const texts = new Map<string, string>();
    for (let first = 0; first < BUCKETS; first += READ_AT_ONCE) {
      const buckets = Array.from({ length: READ_AT_ONCE }, (_, index) => first + index);
      const replies = await this.#run(
        buckets.map((bucket) => ['HGETALL', this.#keys.texts(bucket)] as const),
      );
      for (const reply of replies) addAll(texts, reply);
    }
    return texts;
  }

  async write(texts: readonly (readonly [site: string, text: string])[]): Promise<void> {
    const byBucket = new Map<number, string[]>();
    for (const [site, text] of texts) {
      const bucket = bucketOf(site);
      byBucket.set(bucket, [...(byBucket.get(bucket) ?? []), site, text]);
    }
    await this.#run(
      [...byBucket].flatMap(([bucket, fields]): BusCommand[] => [
        ['HSET', this.#keys.texts(bucket), ...fields],
        ['PEXPIRE', this.#keys.texts(bucket), String(TTL_MS)],
      ]),
    );
  }

  async delete(sites: readonly string[]): Promise<void> {
    await this.#run(sites.map((site) => ['HDEL', this.#keys.texts(bucketOf(site)), site] as const));
  }
}

function addAll(texts: Map<string, string>, reply: BusReply): void {
  for (const [site, text] of reply as ReadonlyMap<string, string>) texts.set(site, text);
}
