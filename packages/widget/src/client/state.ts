import type { RejectionCode } from '@live-online/protocol';

/**
 * What a counter knows right now. Each value is a snapshot that never changes, and stays the same object
 * until there is something new to tell.
 *
 * - `connecting`: no total heard yet on this visit; `total` may be that of the visit before
 * - `live`: the total is exact
 * - `stale`: the server cannot reach the others, the total is the last one known
 * - `offline`: the connection is lost or cannot be made; the counter keeps trying
 * - `closed`: closed by `close()`, or refused by the server, which `reason` then tells
 */
export type CounterState =
  | { readonly status: 'live' | 'stale'; readonly total: number }
  | { readonly status: 'connecting' | 'offline'; readonly total: number | undefined }
  | {
      readonly status: 'closed';
      readonly total: number | undefined;
      /** Why the server refused the page; absent when the page itself closed the counter. */
      readonly reason?: RejectionCode | (string & Record<never, never>);
    };

/** Nothing known yet. */
export const initialState: CounterState = { status: 'connecting', total: undefined };
