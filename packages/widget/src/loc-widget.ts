import type { BadgeStyle } from './badge/apply-style.ts';
import type { CounterState } from './client/state.ts';

/** What the script tag puts at `window.locWidget`. */
export interface LocWidget {
  /** Style of the badge itself, read by `init()`. May be set before the script loads. */
  style?: BadgeStyle | undefined;
  /** What is known right now; `undefined` before `init()`. */
  readonly state: CounterState | undefined;
  /** Starts counting and shows the badge. Called twice it is one widget. */
  init(): void;
  /** Removes the badge, its listeners and its connection. `init()` may follow. */
  destroy(): void;
}
