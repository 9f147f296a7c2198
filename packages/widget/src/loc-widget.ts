import type { BadgeStyle } from './badge/apply-style.ts';
import type { CounterState } from './client/state.ts';

/** `window.locWidget`, which the script tag defines. */
export interface LocWidget {
  /** The inline style of the badge, read by `init()`. May be set before the script loads. */
  style?: BadgeStyle | undefined;
  /** The current state; `undefined` before `init()`. */
  readonly state: CounterState | undefined;
  /** Starts counting and shows the badge. A second call has no effect. */
  init(): void;
  /** Removes the badge, its listeners and its connection. `init()` may follow. */
  destroy(): void;
}
