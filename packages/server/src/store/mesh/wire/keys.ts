/** How many buckets sites are spread over. Part of the keys' meaning: servers with another number would not meet. */
export const BUCKETS = 64;

/** The bucket of a site: FNV-1a over its UTF-16 code units, the same on every machine. [S2] */
export function bucketOf(site: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < site.length; i++) hash = Math.imul(hash ^ site.charCodeAt(i), 0x01000193);
  return (hash >>> 0) % BUCKETS;
}

/**
 * Keys and channels of a mesh. Braces are Redis Cluster's hash tags: what is used together lies in one slot. The
 * number after the prefix is the version of what is stored and said there.
 */
export interface Names {
  /** A hash: the newest beat of each server, by its name. */
  readonly registry: string;
  /** The channel of all servers. */
  readonly everybody: string;
  /** The channel that one server alone listens to. How many listen tells whether its process is there. */
  server(server: string): string;
  /** The channel of a bucket. */
  bucket(bucket: number): string;
  /** A hash: what one server has on the sites of a bucket. */
  share(bucket: number, server: string): string;
}

export function createNames(prefix: string): Names {
  const base = `${prefix}:1`;
  const bucketName = (bucket: number): string => `${base}:{b${bucket}}`;
  return {
    registry: `${base}:{servers}`,
    everybody: `${base}:{servers}:all`,
    server: (server) => `${base}:{servers}:of:${server}`,
    bucket: bucketName,
    share: (bucket, server) => `${bucketName(bucket)}:${server}`,
  };
}
