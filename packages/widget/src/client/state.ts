import type { RejectionCode } from '@live-online/protocol';

/**
 * A snapshot of a counter. It never changes, and the counter keeps the same object until its state changes.
 *
 * - `connecting`: no total received yet; after a return from the back/forward cache `total` is the earlier one
 * - `live`: the total is exact
 * - `stale`: the server has lost contact with other servers; the total is the last known one
 * - `offline`: the connection is lost or cannot be made; the counter keeps trying
 * - `closed`: closed by `close()`, or rejected by the server with a `reason`
 */
export type CounterState = {
  /** How many members are on this page: if a counter of the page has `scope: 'page'`, once the server has sent it. */
  readonly page?: number;
} & (
  | { readonly status: 'live' | 'stale'; readonly total: number }
  | { readonly status: 'connecting' | 'offline'; readonly total: number | undefined }
  | {
      readonly status: 'closed';
      readonly total: number | undefined;
      /** Why the server rejected the connection, or `opted-out` after `optOut()`; absent after `close()`. */
      readonly reason?: RejectionCode | (string & Record<never, never>);
    }
);

/** The state before the first total. */
export const initialState: CounterState = { status: 'connecting', total: undefined };
