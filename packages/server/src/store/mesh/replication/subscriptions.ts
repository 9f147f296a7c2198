import { BUCKETS } from '../wire/keys.ts';

/** Which buckets this server listens to: those it has people in, and for a while those it had. [S2] */
export interface BucketSubscriptions {
  /** This server has one more site (`1`), or one less (`-1`), with people on it in a bucket. */
  host(bucket: number, by: 1 | -1): void;
  /** A bucket may be needed soon. */
  warm(bucket: number): void;
  /** All buckets to be listened to. */
  wanted(): number[];
  /** Whether all that others have said about a bucket is known. */
  isKnown(bucket: number): boolean;
  setKnown(bucket: number): void;
  /** Buckets that are not needed any more; they are forgotten with this. */
  takeUnused(): number[];
}

/** How long a bucket that nobody here needs is still listened to, in ms: who leaves may well come back. */
const IDLE_MS = 60_000;

interface Followed {
  /** Sites with people of this server. */
  hosted: number;
  known: boolean;
  neededAt: number;
}

export function createBucketSubscriptions(follow: 'hosted' | 'all', now: () => number): BucketSubscriptions {
  const buckets = new Map<number, Followed>();

  function get(bucket: number): Followed {
    let followed = buckets.get(bucket);
    if (!followed) buckets.set(bucket, (followed = { hosted: 0, known: false, neededAt: now() }));
    return followed;
  }

  if (follow === 'all') for (let bucket = 0; bucket < BUCKETS; bucket++) get(bucket);
  return {
    host(bucket, by) {
      const followed = get(bucket);
      followed.hosted += by;
      followed.neededAt = now();
    },
    warm: (bucket) => void get(bucket),
    wanted: () => [...buckets.keys()],
    isKnown: (bucket) => buckets.get(bucket)?.known ?? false,
    setKnown(bucket) {
      const followed = buckets.get(bucket);
      if (followed) followed.known = true;
    },
    takeUnused() {
      if (follow === 'all') return [];
      const idle: number[] = [];
      for (const [bucket, { hosted, neededAt }] of buckets) {
        if (hosted > 0 || now() - neededAt < IDLE_MS) continue;
        buckets.delete(bucket);
        idle.push(bucket);
      }
      return idle;
    },
  };
}
