/** Counters since the start. All of them only rise, except `connections`. */
export interface CounterStats {
  /** Connections that are counted on this server right now. */
  connections: number;
  /** Updates published: at most one a site and tick, and one a page and tick. */
  updates: number;
  /** Totals and counts of pages sent: one for each connection that an update reached. */
  messages: number;
  /** Well-formed events that clients sent, other than those of the protocol. Nothing reads them. */
  ignoredEvents: number;
  /** Connections closed because of a malformed packet. */
  malformedPackets: number;
  /** Heartbeats that the server asked clients for. With stock Socket.IO they are not counted. */
  heartbeats: number;
  /** Connections that ended because their client did not answer a heartbeat. With stock Socket.IO they are not counted. */
  heartbeatTimeouts: number;
  /**
   * Connections and requests that were rejected, by reason: a rejection code, the name of a limit, `origin-invalid`,
   * `no-answer`, `bot`, `handshake-rate`, `url-too-long`, `headers-too-large` or `framing-invalid`.
   */
  rejected: Record<string, number>;
  /**
   * Connections that were terminated because of their client, by reason: `too-many-packets`, `not-reading`,
   * `malformed-frame` or `second-connect`; before they had a session, `pending-timeout` or `pipelining`.
   */
  terminated: Record<string, number>;
}

export function createStats(): CounterStats {
  return {
    connections: 0,
    updates: 0,
    messages: 0,
    ignoredEvents: 0,
    malformedPackets: 0,
    heartbeats: 0,
    heartbeatTimeouts: 0,
    rejected: Object.create(null) as Record<string, number>,
    terminated: Object.create(null) as Record<string, number>,
  };
}

export function countReason(counts: Record<string, number>, reason: string): void {
  counts[reason] = (counts[reason] ?? 0) + 1;
}

/** Adds the counters of one process to `sum`. */
export function addStats(sum: CounterStats, stats: CounterStats): void {
  addNumbers(sum as unknown as Numbers, stats as unknown as Numbers);
  addNumbers(sum.rejected, stats.rejected);
  addNumbers(sum.terminated, stats.terminated);
}

type Numbers = Record<string, number>;

function addNumbers(sum: Numbers, numbers: Numbers): void {
  for (const [name, value] of Object.entries(numbers)) {
    if (typeof value === 'number') sum[name] = (sum[name] ?? 0) + value;
  }
}
