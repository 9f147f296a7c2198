/** What a counter has seen since it started. Numbers only ever rise, but for `connections`. */
export interface CounterStats {
  /** Connections that are counted right now on this server. */
  connections: number;
  /** Announcements made, one a site and tick. */
  announcements: number;
  /** Totals sent, one a page. */
  messages: number;
  /** Well-formed events that visitors sent and nobody reads. */
  ignoredEvents: number;
  /** Connections that ended because of a malformed packet. */
  malformedPackets: number;
  /**
   * Connections and requests that were refused, by the refusal's code, by the limit that was reached, or as `url-too-long`
   * or `headers-too-large`.
   */
  refused: Record<string, number>;
  /**
   * Connections that were terminated because of what their clients did: `too-many-packets`, `not-reading`,
   * `malformed-frame` or `second-connect`; before they had a session `pending-timeout` or `pipelining`.
   */
  terminated: Record<string, number>;
}

export function createStats(): CounterStats {
  return {
    connections: 0,
    announcements: 0,
    messages: 0,
    ignoredEvents: 0,
    malformedPackets: 0,
    refused: Object.create(null) as Record<string, number>,
    terminated: Object.create(null) as Record<string, number>,
  };
}

/** Adds one to those that were refused or terminated for `reason`. */
export function countReason(counts: Record<string, number>, reason: string): void {
  counts[reason] = (counts[reason] ?? 0) + 1;
}
