/** The sizes that both sides hold each other to. Lengths are counted in UTF-16 code units. */
export const limits: {
  /** Longest message a visitor may send, in bytes: the handshake is the only one that is read. */
  readonly maxClientMessageBytes: number;
  /** Shortest member id, in characters. */
  readonly minMemberLength: number;
  /** Longest member id, in characters. */
  readonly maxMemberLength: number;
  /** Longest site token, in characters. */
  readonly maxTokenLength: number;
  /** Longest word of a server's about a connection, in characters. */
  readonly maxServerLength: number;
  /** Longest name of a site, in characters: that of a hostname in the DNS. */
  readonly maxSiteLength: number;
} = {
  maxClientMessageBytes: 1_000,
  minMemberLength: 8,
  maxMemberLength: 64,
  maxTokenLength: 256,
  maxServerLength: 64,
  maxSiteLength: 253,
};
