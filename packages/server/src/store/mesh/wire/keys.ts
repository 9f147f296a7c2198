import { isSeparator } from '../../../core/site-keys.ts';

/** How many buckets sites are spread over. Servers with another number would not find each other's sites. */
export const BUCKETS = 64;

/** The bucket of a site, and of all keys that begin with it: FNV-1a over the site's UTF-16 code units. [S2] */
export function bucketOf(site: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < site.length; i++) {
    const code = site.charCodeAt(i);
    if (isSeparator(code)) break;
    hash = Math.imul(hash ^ code, 0x01000193);
  }
  return (hash >>> 0) % BUCKETS;
}

/**
 * Names of the keys and channels of a mesh. Braces are Redis Cluster's hash tags: what is used together is in one slot.
 * The number after the prefix is the version of the format.
 */
export interface KeyNames {
  /** A hash: the newest heartbeat of each server, by its name. */
  readonly registry: string;
  /** The channel of all servers. */
  readonly allServers: string;
  /** The channel that one server subscribes to. It has a subscriber as long as the process of that server runs. */
  server(server: string): string;
  /** The channel of a bucket. */
  bucket(bucket: number): string;
  /** A hash: the snapshot of a server for a bucket. */
  snapshot(bucket: number, server: string): string;
  /** A hash: a text for each site of a bucket that has one. It outlives the servers. */
  texts(bucket: number): string;
}

export function createKeyNames(prefix: string): KeyNames {
  const base = `${prefix}:1`;
  const bucketName = (bucket: number): string => `${base}:{b${bucket}}`;
  return {
    registry: `${base}:{servers}`,
    allServers: `${base}:{servers}:all`,
    server: (server) => `${base}:{servers}:of:${server}`,
    bucket: bucketName,
    snapshot: (bucket, server) => `${bucketName(bucket)}:${server}`,
    // No server has this name: its last part is random.
    texts: (bucket) => `${bucketName(bucket)}:texts`,
  };
}
