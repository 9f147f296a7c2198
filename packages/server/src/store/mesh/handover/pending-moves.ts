import { shareOf } from './move-limits.ts';

/** A member that is counted here, and was on another server before. */
export interface Move {
  /** The site, or the key of a page. */
  readonly site: string;
  readonly member: string;
  /** The number of its connection here. */
  readonly connectionNumber: number;
  readonly atMs: number;
}

export interface PendingMovesOptions {
  now: () => number;
  /** How long a move is kept, in ms. */
  keepMs: number;
  /** Maximum of moves that are kept; later ones are ignored. */
  max: number;
}

/**
 * Moves from servers that this one does not know. [C7] Either of the two servers may just have started or be
 * reconnecting; or a client has made the server up. So each move is kept for a fixed time, and their number is bounded.
 */
export class PendingMoves {
  readonly #options: PendingMovesOptions;
  readonly #servers = new Map<string, Move[]>();
  #size = 0;

  constructor(options: PendingMovesOptions) {
    this.#options = options;
  }

  add(server: string, move: Move): void {
    const { now, keepMs, max } = this.#options;
    if (this.#size >= max * shareOf(move.site) || now() - move.atMs >= keepMs) return;
    const moves = this.#servers.get(server);
    if (moves) moves.push(move);
    else this.#servers.set(server, [move]);
    this.#size++;
  }

  /** Removes and returns the moves from a server. */
  take(server: string): readonly Move[] {
    const moves = this.#servers.get(server) ?? [];
    this.#servers.delete(server);
    this.#size -= moves.length;
    return moves;
  }

  /** Drops moves that are too old to matter. */
  sweep(): void {
    for (const server of [...this.#servers.keys()]) {
      for (const move of this.take(server)) this.add(server, move);
    }
  }
}
