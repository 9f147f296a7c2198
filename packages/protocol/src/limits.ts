/** Bounds of the protocol. Lengths are in UTF-16 code units. */
export const limits: {
  /** Longest message of a client, in bytes. */
  readonly maxClientMessageBytes: number;
  /** Shortest member id. */
  readonly minMemberLength: number;
  /** Longest member id. */
  readonly maxMemberLength: number;
  /** Longest token of a site. */
  readonly maxTokenLength: number;
  /** Longest resume token. */
  readonly maxResumeTokenLength: number;
  /** Longest name of a site: that of a hostname in the DNS. */
  readonly maxSiteLength: number;
  /** Longest path of a page. */
  readonly maxPathLength: number;
  /** Most tabs of one member. */
  readonly maxTabs: number;
} = {
  maxClientMessageBytes: 1_000,
  minMemberLength: 8,
  maxMemberLength: 64,
  maxTokenLength: 256,
  maxResumeTokenLength: 64,
  maxSiteLength: 253,
  maxPathLength: 256,
  maxTabs: 1_000,
};
