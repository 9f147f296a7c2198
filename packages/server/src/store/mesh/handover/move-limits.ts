/**
 * What clients can make a server remember by naming the server that they were on before. [C7] A client can make up
 * such names, members and sites without end, so each has a bound; past it a move is ignored, and the member may be
 * counted twice until its old server misses it.
 */
export interface MoveLimits {
  /** How long a move matters, in ms: until then even the last server has given up one that is gone, or a lost page. */
  keepMs: number;
  /** Members that came from servers which this one does not know. */
  maxPending: number;
  /** Members whose old server is known and has not answered yet. */
  maxUnanswered: number;
  /** Pairs of a site and a server from which members came. */
  maxClaims: number;
  /** Sites about which this server has answered others. */
  maxAnswered: number;
}

export function createMoveLimits(leaseMs: number): MoveLimits {
  return {
    keepMs: Math.max(15_000, leaseMs + 5_000),
    maxPending: 10_000,
    maxUnanswered: 100_000,
    maxClaims: 20_000,
    maxAnswered: 50_000,
  };
}
