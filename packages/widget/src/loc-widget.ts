import type { BadgeStyle } from './badge/apply-style.ts';
import type { CounterState } from './client/state.ts';

/** `window.locWidget`, which the script tag defines. */
export interface LocWidget {
  /** The style of the badge. May be set before the script loads, and changed at any time. */
  style?: BadgeStyle | undefined;
  /** The server's base address, if the tag has no `data-server`. Read by `init()`. May be set before the script loads. */
  server?: string | undefined;
  /** The current state; `undefined` before `init()`. */
  readonly state: CounterState | undefined;
  /** Starts counting and shows the badge. A second call has no effect. */
  init(): void;
  /** Removes the badge, its listeners and its connection. `init()` may follow. */
  destroy(): void;
  /** Removes this page from the count until it is loaded again, also if `init()` follows. */
  optOut(): void;
}

/** What a page may have set as `window.locWidget` before the script has loaded. */
export interface LocWidgetStub extends Pick<LocWidget, 'style' | 'server'> {
  /** Whether the page has called the `init()` of its stub. */
  queued?: boolean;
}
