import type { CounterState } from './client/state.ts';

/** CSS text, or CSS properties by their names in either spelling. */
export type LocWidgetStyle = string | Readonly<Record<string, string | number>>;

/** What the script tag puts at `window.locWidget`. */
export interface LocWidget {
  /** Style of the badge itself, read by `init()`. May be set before the script loads. */
  style?: LocWidgetStyle | undefined;
  /** What is known right now; `undefined` before `init()`. */
  readonly state: CounterState | undefined;
  /** Starts counting and shows the badge. Called twice it is one widget. */
  init(): void;
  /** Removes the badge, its listeners and its connection. `init()` may follow. */
  destroy(): void;
}
