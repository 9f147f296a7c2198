/** A member that is here now, and was on another server before. */
export interface Move {
  readonly site: string;
  readonly member: string;
  /** The number of the connection by which it is here. */
  readonly connectionNumber: number;
  /** When it came. */
  readonly atMs: number;
}

/**
 * Moves from servers that this one does not know. [C7] It may just have started, or they are only now coming back; but
 * a client may also have made the server up. So each move is kept for a while from the moment it was made, whatever
 * is said later, and all together are bounded.
 */
export interface PendingMoves {
  add(server: string, move: Move): void;
  /** Takes out the moves from a server that has become known. */
  take(server: string): readonly Move[];
  /** Forgets those that nobody can count elsewhere any more. */
  sweep(): void;
}

export interface PendingMovesOptions {
  now: () => number;
  /** How long a move is kept, in ms. */
  keepMs: number;
  /** Most moves that are kept. More are ignored: such a member may be counted twice until its old server misses it. */
  max: number;
}

export function createPendingMoves({ now, keepMs, max }: PendingMovesOptions): PendingMoves {
  const servers = new Map<string, Move[]>();
  let size = 0;

  function take(server: string): readonly Move[] {
    const moves = servers.get(server) ?? [];
    servers.delete(server);
    size -= moves.length;
    return moves;
  }

  function add(server: string, move: Move): void {
    if (size >= max || now() - move.atMs >= keepMs) return;
    const moves = servers.get(server);
    if (moves) moves.push(move);
    else servers.set(server, [move]);
    size++;
  }

  return {
    add,
    take,
    sweep() {
      for (const server of [...servers.keys()]) for (const move of take(server)) add(server, move);
    },
  };
}
