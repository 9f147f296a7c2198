import type { Connect } from '../connection.ts';

type TotalArguments = Parameters<Parameters<Connect>[2]>;

/** What the leader has received, and what another tab needs to take over as the same member. */
export interface StateMessage {
  readonly type: 'state';
  readonly total: TotalArguments[0];
  readonly details: TotalArguments[1];
  /** The count of the page `path`. */
  readonly page: unknown;
  readonly path: string | undefined;
  /** Whether `path` is that of the leader's own tab. */
  readonly isOwnPath: boolean;
  readonly member: string;
  readonly resume: string | undefined;
}

/** What the tabs of a browser send each other. */
export type GroupMessage =
  | StateMessage
  /** A tab asks for the state. It has a path if it is shown. */
  | { readonly type: 'hello'; readonly path: string | undefined }
  /** A tab that does not lead is closed, or has left. */
  | { readonly type: 'left'; readonly path: string | undefined }
  /** The leader has no state yet. */
  | { readonly type: 'alive' }
  /** The leader asks for the tab that is shown. */
  | { readonly type: 'who' }
  /** The connection has ended. */
  | { readonly type: 'end'; readonly code: unknown };
